-- The addresses of one contact: without it every new candidate looks through all addresses there are.
create index contact_email_of on contact_email (contact_id);
