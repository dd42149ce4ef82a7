create table account (id text primary key, name text not null, package text not null, created_at bigint not null);

create table role (id text primary key, name text not null, rights text not null);

create table person (
  id text primary key, name text not null, username text not null, email text not null, access_role text not null,
  password text, photo text, job_title text, external_directory_id text, manager_id text, linked_contact_ids text,
  created_at bigint not null, deactivated_at bigint
);
create unique index person_email on person (email);

create table stage (id text primary key, text text not null, section text not null, position bigint not null);
create table archive_reason (id text primary key, text text not null, status text not null, kind text not null, position bigint not null);
create table location (name text primary key);
create table department (name text primary key);
create table team (name text not null, department text not null, primary key (name, department));
create table work_type (name text primary key);

create table posting (
  id text primary key, text text not null, state text not null, creator text, owner text, hiring_manager text,
  team text, department text, location text, commitment text, level text, all_locations text not null, tags text not null,
  followers text not null, content text not null, country text, workplace_type text, distribution_channels text,
  requisition_codes text not null, confidentiality text not null, extra text not null, created_at bigint not null, updated_at bigint not null
);
create index posting_newest on posting (created_at, id);

create table contact (
  id text primary key, name text not null, headline text not null, location text not null, emails text not null, phones text not null,
  links text not null, is_anonymized boolean not null, created_at bigint not null, updated_at bigint not null
);
create table contact_email (email text primary key, contact_id text not null);

create table opportunity (
  id text primary key, contact_id text not null, stage_id text not null, stage_position bigint not null, advanced_at bigint not null,
  origin text not null, owner text, sourced_by text, followers text not null, stage_changes text not null,
  archived_reason text, archived_at bigint, hired boolean not null, application_id text, posting_id text, location text not null,
  tags text not null, sources text not null, confidentiality text not null,
  created_at bigint not null, updated_at bigint not null, last_interaction_at bigint not null, snoozed_until bigint,
  deleted_at bigint, deleted_by text
);
create index opportunity_order on opportunity (stage_position, advanced_at desc, id) where deleted_at is null;
create index opportunity_updated on opportunity (updated_at);
create index opportunity_archived on opportunity (archived_at) where archived_at is not null;
create index opportunity_contact on opportunity (contact_id);
create index opportunity_posting on opportunity (posting_id);
create index opportunity_deleted on opportunity (deleted_at, id) where deleted_at is not null;

create table opportunity_label (kind text not null, text text not null, opportunity_id text not null, primary key (kind, text, opportunity_id));
create index opportunity_label_of on opportunity_label (opportunity_id);

create table application (
  id text primary key, opportunity_id text not null, posting_id text not null, kind text not null, person text,
  hiring_manager text, owner text, submitted text not null, created_at bigint not null, archived_reason text, archived_at bigint
);
create index application_of on application (opportunity_id);

create table note (
  id text primary key, opportunity_id text not null, person text, secret boolean not null, fields text not null, created_at bigint not null
);
create index note_of on note (opportunity_id, created_at);

create table offer (
  id text primary key, opportunity_id text not null, posting_id text, creator text, status text not null, fields text not null,
  signatures text, approved boolean, approved_at bigint, sent_at bigint, created_at bigint not null
);
create index offer_of on offer (opportunity_id, created_at);

create table api_key (
  id text primary key, name text not null, digest text not null, last_four text not null, permissions text not null,
  confidential boolean not null, created_by text, created_at bigint not null, revoked_at bigint
);
create unique index api_key_digest on api_key (digest);

create table oauth_app (id text primary key, name text not null, secret_digest text not null, redirect_uris text not null, created_at bigint not null);
create table oauth_grant (
  id text primary key, app_id text not null, person text not null, scopes text not null, created_at bigint not null, revoked_at bigint
);
create index oauth_grant_app on oauth_grant (app_id);
create table oauth_token (
  digest text primary key, grant_id text not null, kind text not null, redirect_uri text, expires_at bigint not null, used_at bigint
);
create index oauth_token_grant on oauth_token (grant_id);

create table webhook (
  id text primary key, event text not null, url text not null, origins text not null, signature_token text not null,
  made_by text not null, created_at bigint not null, updated_at bigint not null
);
create index webhook_event on webhook (event);
create table event_switch (event text primary key, is_on boolean not null);

create table audit (id text primary key, at bigint not null, kind text not null, person text, target text not null, label text not null);
create index audit_newest on audit (at);
