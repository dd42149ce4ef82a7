-- Tokens people pasted, beside those Lever told us; and when a delivery was last refused for its signature.
alter table subscription add column pasted_token text;
alter table subscription add column refused_at bigint;

-- Something was left out of the partner's record that may be possible later.
alter table hire add column left_out boolean not null default false;

-- The kind of notice has another name.
update notice_address set kinds = replace(kinds, 'employee.created', 'record.created');
