-- What was written to the other side last, so that what somebody changed there since can be told from what is old.
alter table link add column sent text not null default 'null';
