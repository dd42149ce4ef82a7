-- Letters to people, with what became of each. Where no mail server is set they stay here, and a page shows them.
create table letter (
  id text primary key, tenant text not null, key text not null, about text not null, to_name text not null, to_email text not null,
  subject text not null, body text not null, state text not null, why text not null, at bigint not null, sent_at bigint
);
create unique index letter_key on letter (tenant, key);
create index letter_at on letter (tenant, at, id);
create index letter_about on letter (tenant, about);
