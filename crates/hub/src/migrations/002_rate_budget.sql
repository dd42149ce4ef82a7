-- Lever's rate, kept by all nodes together: when the bucket of a connection will be full again.
create table rate_budget (tenant text not null, connection text not null, full_at bigint not null, primary key (tenant, connection));
