-- Joinedly. Offices and teams; an office has a time zone.
create table jy_place (id text primary key, kind text not null, name text not null, zone text not null);
create unique index jy_place_name on jy_place (kind, name);

-- Journeys are templates: what is to be done, by whom, when. The first rule that fits chooses the journey of a joiner.
create table jy_journey (id text primary key, name text not null, is_default boolean not null, created_at bigint not null);
create table jy_step (
  id text primary key, journey text not null, position bigint not null, title text not null, details text not null, timing text not null,
  days bigint not null, after_step text, owner text not null, owner_name text not null, owner_email text not null, remind bigint not null
);
create index jy_step_of on jy_step (journey, position);
create table jy_rule (id text primary key, position bigint not null, field text not null, value text not null, journey text not null);

-- Joiners as the API knows them, with their journey and what people here added.
create table jy_joiner (
  id text primary key, doc text not null, name text not null, email text not null, state text not null, journey text not null,
  buddy_name text not null, buddy_email text not null, cancelled_why text not null, begun_at bigint not null, created_at bigint not null,
  updated_at bigint not null
);
create index jy_joiner_email on jy_joiner (email);
create index jy_joiner_at on jy_joiner (created_at, id);

-- By which ids the senders know a joiner: several, if several hires are one person.
-- With what each said last, for the day when the newer one is called off.
create table jy_external (external_id text primary key, joiner text not null, doc text not null, hired_at bigint, cancelled boolean not null);
create index jy_external_of on jy_external (joiner);

-- The tasks of one journey of one joiner.
create table jy_task (
  id text primary key, joiner text not null, step text not null, position bigint not null, title text not null, details text not null,
  timing text not null, days bigint not null, after_task text, owner text not null, owner_name text not null, owner_email text not null,
  remind bigint not null, due_on text, state text not null, done_at bigint, done_by text not null, reminded text not null
);
create index jy_task_of on jy_task (joiner, position);
create index jy_task_due on jy_task (state, due_on);
create table jy_comment (id text primary key, task text not null, joiner text not null, by_name text not null, body text not null, at bigint not null);
create index jy_comment_of on jy_comment (joiner, at);

-- Private links: whoever holds one sees the tasks of this person in the journey of this joiner.
create table jy_link (digest text primary key, sealed text not null, joiner text not null, owner text not null, email text not null, expires_at bigint not null);
create unique index jy_link_of on jy_link (joiner, owner, email);

create table jy_token (id text primary key, name text not null, digest text not null, created_at bigint not null);
create unique index jy_token_digest on jy_token (digest);
create table jy_setting (name text primary key, value text not null);

-- Where an app tells of what happens, signed.
create table notice_address (
  tenant text not null, id text primary key, url text not null, kinds text not null, secret text not null, created_at bigint not null
);
create index notice_address_of on notice_address (tenant, created_at);
