-- The moment an opportunity last moved, negated: the order of the list is all one way then, in columns, and a page anywhere in it is a place in
-- the index. (SQLite looks up several columns of an index at once only where they are columns, not expressions.)
alter table opportunity add column recency bigint not null default 0;
update opportunity set recency = -advanced_at;
drop index opportunity_order;
create index opportunity_order on opportunity (stage_position, recency, id) where deleted_at is null;
