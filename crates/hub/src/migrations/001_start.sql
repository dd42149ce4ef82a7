create table tenant (id text primary key, name text not null, created_at bigint not null);

-- People who work with the hub.
create table operator (
  tenant text not null, id text primary key, name text not null, email text not null, role text not null, password text not null, created_at bigint not null
);
create unique index operator_email on operator (email);

create table api_token (
  tenant text not null, id text primary key, name text not null, digest text not null, scopes text not null, created_at bigint not null, revoked_at bigint
);
create unique index api_token_digest on api_token (digest);

-- Where Lever is, and who we are there, for each connector: each has its own application, so that one can be revoked alone.
create table lever_app (
  tenant text not null, connector text not null, client_id text not null, client_secret text not null,
  authorize_url text not null, token_url text not null, api_base text not null, audience text not null,
  primary key (tenant, connector)
);

create table connection (
  tenant text not null, id text primary key, connector text not null, state text not null, notice text,
  lever_base text not null, api_key text, access_token text, access_until bigint, refresh_token text, refreshing_until bigint,
  target_base text not null, target_credential text not null, settings text not null, connected_by text not null,
  connected_at bigint not null, disconnected_at bigint
);
create index connection_of on connection (tenant, connector, connected_at);

-- A person being led through connecting; the address holds a secret, stored as its digest.
create table connect_session (
  tenant text not null, digest text primary key, connector text not null, return_url text not null, target text not null,
  state text, expires_at bigint not null, connection text
);

-- Webhooks we made in Lever. The row is there before the call, so that a crash leaves a trace.
create table subscription (
  tenant text not null, id text primary key, connection text not null, event text not null, lever_id text, signature_token text, last_seen_at bigint
);
create index subscription_of on subscription (tenant, connection);

-- Whom the timeline is about; what is needed to find them again.
create table hire (
  tenant text not null, connection text not null, subject text not null, name text not null, email text not null, posting text not null,
  url text not null, hired boolean not null, seen_at bigint not null, primary key (tenant, connection, subject)
);
create index hire_newest on hire (tenant, seen_at);

create table audit (tenant text not null, id text primary key, at bigint not null, actor text not null, what text not null, why text not null);
create index audit_newest on audit (tenant, at);
