-- Of a connection whose partner keeps a copy of Lever: how far telling it has come, as JSON; null: not begun.
alter table connection add column mirror text;
