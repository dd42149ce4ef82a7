-- The order of the list all one way, so that a page far down is a place in the index: PostgreSQL reads everything before it otherwise.
drop index opportunity_order;
create index opportunity_order on opportunity (stage_position, (-advanced_at), id) where deleted_at is null;
