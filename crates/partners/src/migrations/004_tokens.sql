-- A token that nobody uses any more belongs to somebody who began to connect and did not go on.
alter table jy_token add column used_at bigint;
alter table jm_token add column used_at bigint;
