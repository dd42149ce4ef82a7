-- Whether whoever serves this account lets things go wrong; and what goes wrong, each until its end.
alter table account add column sandbox boolean not null default false;
create table fault (id text primary key, kind text not null, share bigint not null, late_ms bigint not null, path text not null, until bigint not null);
