-- Claiming passes over connections that have their share; the index tells whose a row is without reading it.
drop index job_ready;
create index job_ready on job (priority, run_at, id, connection) where state = 'ready';
drop index effect_ready;
create index effect_ready on effect (priority, run_at, id, connection) where state = 'ready';
