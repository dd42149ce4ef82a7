-- Findem. What is everybody's: cadence, the undo window, texts; each as its name says.
create table fd_setting (name text primary key, value text not null);
create table fd_token (id text primary key, name text not null, digest text not null, created_at bigint not null, used_at bigint);
create unique index fd_token_digest on fd_token (digest);

-- Lists of the applicant tracking system. What is gone there stays here, marked, for what names it.
create table fd_user (id text primary key, name text not null, email text not null, active boolean not null);
create table fd_job (id text primary key, title text not null, location text not null, team text not null, state text not null, confidential boolean not null, gone boolean not null);
create table fd_stage (
  id text primary key, name text not null, place bigint not null, gone boolean not null,
  bucket text not null,              -- the group it is in; empty: nobody has said
  days bigint,                       -- how long an application may stay; null: as long as it takes
  inbound boolean not null,          -- feeds the Inbound Applicants tab
  kept_out boolean not null          -- excluded when advancing
);
create table fd_reason (id text primary key, name text not null, hired boolean not null, active boolean not null, kept_out boolean not null);
-- Findem's own stages, into which those of the applicant tracking system are grouped.
create table fd_bucket (id text primary key, name text not null, place bigint not null);

-- People. Work, company, location and education are Findem's own: no sync touches them.
create table fd_profile (
  id text primary key,
  origin text not null,              -- sourced, lever, csv
  name text not null, title text not null, company text not null, location text not null, summary text not null, skills text not null,
  experience text not null, education text not null, emails text not null, phones text not null, links text not null,
  own_emails text not null,          -- those that were found; emails has Lever's instead, where there are any
  linkedin text not null, github text not null,
  words text not null,               -- all that a search looks through, in small letters
  confidential boolean not null,     -- known from confidential applications alone
  created_at bigint not null
);
create index fd_profile_by_name on fd_profile (name, id);
create index fd_profile_origin on fd_profile (origin, name, id);
-- What a profile is known by: an address, an account elsewhere, a name with where somebody worked.
create table fd_key (word text primary key, profile text not null);
create index fd_key_profile on fd_key (profile);

-- Candidacies, as the applicant tracking system has them.
create table fd_application (
  id text primary key, profile text not null, contact text not null, name text not null, headline text not null, emails text not null,
  phones text not null, links text not null, tags text not null, sources text not null, origin text not null,
  stage text not null, stage_since bigint not null, job text not null, archived_at bigint, reason text not null, owner text not null,
  confidential boolean not null, url text not null, created_at bigint not null, updated_at bigint not null,
  pass bigint not null,              -- the last pass over everybody in which it was told
  detailed_at bigint,                -- notes and files are as of this change; null: nobody has looked
  asked_at bigint,                   -- when they were asked for last
  came text not null                 -- lever, csv
);
create index fd_application_inbound on fd_application (stage, stage_since, id);
create index fd_application_profile on fd_application (profile);
create index fd_application_pass on fd_application (pass);
create table fd_note (application text not null, id text not null, text text not null, author text not null, at bigint not null, primary key (application, id));
create table fd_file (application text not null, id text not null, name text not null, media_type text not null, stored boolean not null, at bigint not null, primary key (application, id));

-- What people want to be so in the applicant tracking system, one row for each person.
create table fd_wish (
  id text primary key, batch text not null,
  kind text not null,                -- export, advance, reject
  profile text not null, application text not null, name text not null,
  job text not null, stage text not null, from_stage text not null, reason text not null, tags text not null, note text not null,
  anyway boolean not null,
  letter boolean not null,           -- whoever is rejected gets a letter
  confidential boolean not null,     -- only for people who may see what is confidential
  state text not null,               -- waiting, known, conflict, done, undone
  held boolean not null,             -- somebody has to do something before it goes on
  fetched_at bigint,                 -- since when the hub knows of it; null: it does not
  why text not null, url text not null, done_by text not null,
  by_name text not null, by_email text not null, user_id text not null,
  due_at bigint not null, created_at bigint not null, ended_at bigint
);
create index fd_wish_profile on fd_wish (profile);
create unique index fd_wish_moment on fd_wish (created_at);
create index fd_wish_batch on fd_wish (batch, id);
create index fd_wish_state on fd_wish (state, due_at);
create index fd_wish_application on fd_wish (application);

-- What happened here: Findem's own, it goes nowhere.
create table fd_event (id text primary key, profile text not null, at bigint not null, said text not null, conflict boolean not null, confidential boolean not null);
create index fd_event_profile on fd_event (profile, at);
create index fd_event_newest on fd_event (at);

-- Filters people keep.
create table fd_segment (id text primary key, name text not null, query text not null, created_at bigint not null);
create unique index fd_segment_name on fd_segment (name);

-- What applicants answered about themselves. Nothing else may be joined with it.
create table fd_eeo (id text primary key, job text not null, gender text not null, race text not null, veteran text not null, disability text not null, at bigint not null, pass bigint not null);
