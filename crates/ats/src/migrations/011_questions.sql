-- What whoever applies to a posting is asked besides the usual: groups of questions (JSON; null: none).
alter table posting add column questions text;
