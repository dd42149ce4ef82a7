-- How far telling the partner of jobs has come, by Lever's clock; null: it is to be told all of them.
alter table connection add column jobs_until bigint;
-- Something was found that this webhook should have told of.
alter table subscription add column missed_at bigint;
