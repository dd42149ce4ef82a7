-- Payloads that earlier tries may have carried out without our knowing, as JSON with commas between and in front.
alter table effect add column tried text not null default '';
