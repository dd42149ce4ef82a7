-- Jobma. Interview kits with their questions.
create table jm_kit (id text primary key, name text not null, intro text not null, due_days bigint not null, created_at bigint not null);
create table jm_question (
  id text primary key, kit text not null, position bigint not null, kind text not null, body text not null, options text not null,
  think_s bigint not null, answer_s bigint not null, takes bigint not null
);
create index jm_question_of on jm_question (kit, position);

-- Interviews. What was asked is kept with each: a kit may change.
create table jm_interview (
  id text primary key, kit text not null, kit_name text not null, questions text not null, job_id text not null, job_code text not null,
  job_title text not null, callback_url text not null, first_name text not null, last_name text not null, phone text not null, email text not null,
  link_digest text not null, link_sealed text not null, state text not null, due_at bigint not null, created_at bigint not null,
  started_at bigint, ended_at bigint, reminded boolean not null, delete_asked_at bigint, recordings_gone_at bigint
);
create unique index jm_interview_callback on jm_interview (callback_url) where callback_url <> '';
create unique index jm_interview_link on jm_interview (link_digest);
create index jm_interview_at on jm_interview (created_at, id);
create index jm_interview_due on jm_interview (state, due_at);

-- Answers: text in the row; recordings in pieces, each a file.
create table jm_answer (
  id text primary key, interview text not null, question text not null, take bigint not null, kind text not null, body text not null,
  media_type text not null, bytes bigint not null, pieces bigint not null, complete boolean not null, kept boolean not null, at bigint not null
);
create unique index jm_answer_of on jm_answer (interview, question, take);

create table jm_rating (
  interview text not null, reviewer text not null, name text not null, stars bigint not null, recommend text not null, comment text not null,
  at bigint not null, primary key (interview, reviewer)
);
create table jm_share (digest text primary key, sealed text not null, interview text not null, by_name text not null, expires_at bigint not null, revoked boolean not null);
create index jm_share_of on jm_share (interview);
create table jm_token (id text primary key, name text not null, digest text not null, created_at bigint not null);
create unique index jm_token_digest on jm_token (digest);
create table jm_setting (name text primary key, value text not null);
