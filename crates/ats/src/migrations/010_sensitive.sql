-- Sensitive Information Privileges: whose secret notes and forms, offers and hired profiles a user sees (JSON; null: nobody's).
alter table person add column sensitive text;
-- Whether only people with the privilege see a form.
alter table form add column secret boolean not null default false;
update form set secret = true where template_id in (select id from form_template where secret);
