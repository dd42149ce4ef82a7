-- What was read in a resume: {positions, schools} (JSON); null: nothing was.
alter table file add column parsed text;
