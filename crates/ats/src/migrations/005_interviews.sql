-- Referral forms.
create table referral (
  id text primary key, opportunity_id text not null, referrer text, person text, fields text not null, stage_id text, created_at bigint not null
);
create index referral_of on referral (opportunity_id, created_at);

-- Panels and their interviews.
create table panel (
  id text primary key, opportunity_id text not null, applications text not null, timezone text not null, reminder text not null, note text,
  external_url text, external boolean not null, person text, stage_id text, created_at bigint not null
);
create index panel_of on panel (opportunity_id, created_at);
create table interview (
  id text primary key, panel_id text not null, opportunity_id text not null, subject text not null, note text not null, interviewers text not null,
  date bigint not null, duration bigint not null, location text, feedback_template text, reminder text not null, person text, stage_id text,
  created_at bigint not null
);
create index interview_of on interview (opportunity_id, created_at);
create index interview_in on interview (panel_id, date);

-- Fields of a company's own that requisitions have.
create table requisition_field (id text primary key, doc text not null, created_at bigint not null);

-- What applicants answered on equal employment opportunity.
create table eeo (
  application_id text primary key, id text not null, opportunity_id text not null, answers text not null, created_at bigint not null
);
create index eeo_newest on eeo (created_at, id);

alter table form_template add column secret boolean not null default false;
alter table form_template add column updated_at bigint;
alter table form_template add column deleted_at bigint;

-- Files on their way: an application names them within a day.
create table upload (id text primary key, name text not null, media_type text not null, bytes bigint not null, expires_at bigint not null);
create index upload_expires on upload (expires_at);

-- What was done to files.
create table file_action (
  id text primary key, opportunity_id text not null, kind text not null, file text not null, name text not null, person text, created_at bigint not null
);
create index file_action_of on file_action (opportunity_id, created_at);
