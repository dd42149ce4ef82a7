-- How far looking for what nobody told of has come, by Lever's clock; and since when people are imported.
alter table connection add column looked_at bigint;
alter table connection add column looked_until bigint;
alter table connection add column deleted_until bigint;
alter table connection add column import_since bigint;

-- When Lever had changed the opportunity last as it was read, and whether nothing was left to be done about it then.
alter table hire add column updated_at bigint;
alter table hire add column settled boolean not null default false;

-- Somebody, or the clock, asked to go through many: an import, its trial, a replay, what was found untold.
create table run (
  tenant text not null, id text primary key, connection text not null,
  kind text not null,                -- import, daily, trial, replay, found
  state text not null,               -- listing, working, done, cancelled, failed
  since bigint,                      -- hired since; null: ever
  asked_by text not null, due_at bigint, created_at bigint not null, ended_at bigint,
  place text,                        -- where in Lever's list it stands
  why text
);
create index run_newest on run (tenant, connection, created_at);

-- What became of each person of a run. Without an outcome it is still being worked on.
create table run_item (
  tenant text not null, run text not null, connection text not null, subject text not null, name text not null,
  dry boolean not null, outcome text, why text, detail text, at bigint, primary key (run, subject)
);
create index run_item_open on run_item (connection, subject) where outcome is null;
create index run_item_left on run_item (run) where outcome is null;

-- What people decided about one person.
create table answer (
  tenant text not null, connection text not null, subject text not null, question text not null, answer text not null,
  actor text not null, at bigint not null, primary key (tenant, connection, subject, question)
);

-- Settings as they were after each change, with who made it.
create table settings_version (
  tenant text not null, connection text not null, n bigint not null, settings text not null, said text not null,
  actor text not null, at bigint not null, primary key (connection, n)
);

-- What was seen of names on both sides, so that a change can be noticed; and how many names in Lever lead nowhere.
create table known_name (
  tenant text not null, connection text not null, side text not null, list text not null, id text not null, name text not null,
  primary key (tenant, connection, side, list, id)
);
alter table connection add column unmatched bigint not null default 0;

-- What Lever answered when each permission was tried, as JSON; and when Lever's test of a webhook came.
alter table connection add column checks text;
alter table subscription add column tested_at bigint;

-- Without accents and in small letters, so that people are found however they are spelt.
alter table hire add column search text not null default '';

-- That somebody was erased. It holds nothing of them: the digest tells who knows the opportunity's id that it was done.
create table erasure (
  tenant text not null, connection text not null, digest text not null, why text not null, found_at bigint not null, erased_at bigint not null,
  partner text, ended_at bigint, primary key (tenant, connection, digest)
);

-- Where notices of our own go.
create table notice_address (
  tenant text not null, id text primary key, url text not null, kinds text not null, secret text not null, created_at bigint not null
);
create index notice_address_of on notice_address (tenant, created_at);

-- Answers to requests that carried an idempotency key. Without a status it is still being worked on.
create table idempotency (
  tenant text not null, token text not null, key text not null, request text not null, status bigint, answer text, at bigint not null,
  primary key (tenant, token, key)
);

create index link_record on link (tenant, connection, remote_id);
