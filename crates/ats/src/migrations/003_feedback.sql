create table feedback_template (
  id text primary key, text text not null, instructions text not null, fields text not null, by_api boolean not null,
  created_at bigint not null, updated_at bigint not null, deleted_at bigint
);
create table feedback (
  id text primary key, opportunity_id text not null, template_id text not null, text text not null, instructions text not null, fields text not null,
  person text, created_at bigint not null, completed_at bigint, updated_at bigint, deleted_at bigint
);
create index feedback_of on feedback (opportunity_id, created_at);

-- What is in a file lies in the store, under the opportunity and the id.
create table file (
  id text primary key, opportunity_id text not null, name text not null, media_type text not null, bytes bigint not null, status text not null,
  person text, created_at bigint not null
);
create index file_of on file (opportunity_id, created_at);
