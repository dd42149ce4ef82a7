create table requisition (
  id text primary key, code text not null, status text not null, doc text not null, confidentiality text not null,
  hired bigint not null, created_at bigint not null, updated_at bigint not null
);
create unique index requisition_code on requisition (code);
create index requisition_newest on requisition (created_at, id);

create table form_template (id text primary key, text text not null, instructions text not null, fields text not null, created_at bigint not null);
create table form (
  id text primary key, opportunity_id text not null, template_id text not null, text text not null, instructions text not null, fields text not null,
  person text, stage_id text, created_at bigint not null
);
create index form_of on form (opportunity_id, created_at);
