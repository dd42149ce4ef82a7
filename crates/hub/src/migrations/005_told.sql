-- What partners told us by themselves: the latest of each thing they told of.
create table told (
  tenant text not null, connection text not null, subject text not null, about text not null, value text not null, at bigint not null,
  primary key (tenant, connection, subject, about)
);
