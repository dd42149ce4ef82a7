-- Who works with the partner apps; each app has its own people.
create table account (
  id text primary key, app text not null, name text not null, email text not null, role text not null, password text not null
);
create unique index account_email on account (app, email);

-- Where each app finds its hub.
create table hub_link (app text primary key, base text not null, token text not null);

-- HR Cloud: everything its API calls a resource, employees among it.
create table hr_record (
  id text primary key, kind text not null, doc text not null, number text, email text, name text not null,
  created_at bigint not null, updated_at bigint not null
);
create index hr_record_kind on hr_record (kind, created_at, id);
create unique index hr_record_number on hr_record (kind, number) where number is not null;
create index hr_record_email on hr_record (kind, email);

create table hr_service_account (
  id text primary key, title text not null, customer_key text not null, secret_digest text not null, active boolean not null, created_at bigint not null
);
create unique index hr_service_account_key on hr_service_account (customer_key);

-- Switches of the vendor and oddities to be tried out, by name.
create table hr_setting (name text primary key, value text not null);
