-- The interview that feedback is about, and its panel; null: none.
alter table feedback add column interview_id text;
alter table feedback add column panel_id text;
-- Each status a requisition had: {beginAt, status, attribution} (JSON; null: only the present one is known).
alter table requisition add column history text;
