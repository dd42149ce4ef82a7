-- The name of the job site, in addresses.
alter table account add column site text not null default 'company';

-- Keys of the Postings API are another kind.
alter table api_key add column service text not null default 'data-api';

-- What the person agreed to.
alter table contact add column data_protection text;

create table posting_deleted (id text primary key, confidentiality text not null, deleted_at bigint not null);
create index posting_deleted_at on posting_deleted (deleted_at, id);

-- Diversity surveys, for applicants who live in some countries or for postings there; and what was answered, which no page and no call shows.
create table survey (
  id text primary key, text text not null, instructions text not null, countries text not null, by_posting boolean not null, fields text not null,
  created_at bigint not null, updated_at bigint not null
);
create table survey_answer (
  application_id text not null, survey_id text not null, opportunity_id text not null, answers text not null, created_at bigint not null,
  primary key (application_id, survey_id)
);
create index survey_answer_of on survey_answer (opportunity_id);

alter table form_template add column template_group text;

-- What changed, where a line says from what to what.
alter table audit add column meta text;
