-- Payloads that earlier tries may have carried out without our knowing, as JSON with commas between and in front.
alter table effect add column tried text not null default '';
create index effect_tried on effect (tenant, connection, subject) where tried <> '';
-- When the last of those tries ended.
alter table effect add column tried_at bigint not null default 0;
