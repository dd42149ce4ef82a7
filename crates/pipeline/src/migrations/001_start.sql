-- What we were told, verbatim, each hint once.
create table inbox (
  id text primary key,
  tenant text not null,
  source text not null,              -- who told us: a connection
  event_key text not null,           -- the teller's own id of the hint
  kind text not null,
  subject text not null,
  body text not null,
  received_at bigint not null,
  again bigint not null              -- how often it came again
);
create unique index inbox_once on inbox (tenant, source, event_key);
create index inbox_subject on inbox (tenant, subject);
create index inbox_age on inbox (received_at);

-- What we must think about.
create table job (
  id text primary key,
  tenant text not null,
  connection text not null,          -- whose work it is
  kind text not null,                -- which handler does it
  key text not null,                 -- job: the subject again; effect: the intention, unique for ever
  subject text not null,             -- work on one subject never runs at the same time
  payload text not null,             -- JSON
  origin text,                       -- inbox row or job it came from
  state text not null,               -- ready, running, held, done, failed, cancelled
  priority bigint not null,          -- lower goes first
  run_at bigint not null,
  attempts bigint not null,
  lease_by text,
  lease_until bigint,
  cause text,                        -- groups what is held
  why text,                          -- a sentence for people
  mend text,                         -- JSON: what one click could do about the cause
  remote_id text,
  created_at bigint not null,
  tried_since bigint not null,       -- giving up counts from here; a release begins anew
  ended_at bigint
);
create index job_ready on job (priority, run_at, id) where state = 'ready';
create index job_running on job (tenant, connection, subject) where state = 'running';
create index job_lease on job (lease_until) where state = 'running';
create index job_held on job (tenant, cause) where state = 'held';
create index job_subject on job (tenant, subject);
create index job_ended on job (ended_at) where ended_at is not null;
create unique index job_waiting_once on job (tenant, connection, kind, key) where state = 'ready';

-- What we intend to do to someone else, and what came of it.
create table effect (
  id text primary key,
  tenant text not null,
  connection text not null,          -- whose work it is
  kind text not null,                -- which handler does it
  key text not null,                 -- job: the subject again; effect: the intention, unique for ever
  subject text not null,             -- work on one subject never runs at the same time
  payload text not null,             -- JSON
  origin text,                       -- inbox row or job it came from
  state text not null,               -- ready, running, held, done, failed, cancelled
  priority bigint not null,          -- lower goes first
  run_at bigint not null,
  attempts bigint not null,
  lease_by text,
  lease_until bigint,
  cause text,                        -- groups what is held
  why text,                          -- a sentence for people
  mend text,                         -- JSON: what one click could do about the cause
  remote_id text,
  created_at bigint not null,
  tried_since bigint not null,       -- giving up counts from here; a release begins anew
  ended_at bigint
);
create index effect_ready on effect (priority, run_at, id) where state = 'ready';
create index effect_running on effect (tenant, connection, subject) where state = 'running';
create index effect_lease on effect (lease_until) where state = 'running';
create index effect_held on effect (tenant, cause) where state = 'held';
create index effect_subject on effect (tenant, subject);
create index effect_ended on effect (ended_at) where ended_at is not null;
create unique index effect_once on effect (tenant, key);
create index effect_waiting on effect (tenant, connection, subject, id) where state = 'ready';

-- Each try that is worth telling of.
create table attempt (
  id text primary key,
  tenant text not null,
  item text not null,                -- the job or effect
  n bigint not null,
  at bigint not null,
  took_ms bigint not null,
  outcome text not null,             -- done, retry, held, failed
  why text not null,
  exchanges text not null            -- JSON: the redacted requests and answers of this try
);
create index attempt_item on attempt (item, n);
create index attempt_age on attempt (at);

-- Which record at the other side belongs to which of ours.
create table link (
  tenant text not null,
  connection text not null,
  subject text not null,
  remote_id text not null,
  at bigint not null,
  primary key (tenant, connection, subject)
);

-- What happens again and again; whoever moves next_at owns the turn.
create table schedule (
  tenant text not null,
  connection text not null,
  name text not null,
  next_at bigint not null,
  primary key (tenant, connection, name)
);
create index schedule_due on schedule (next_at);
