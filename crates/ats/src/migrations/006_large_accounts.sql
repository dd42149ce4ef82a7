-- What belongs to one person is found without looking through everybody's.
create index contact_email_of on contact_email (contact_id);
-- With the kind, or SQLite takes the primary key by the kind alone: that is nearly all there are.
drop index opportunity_label_of;
create index opportunity_label_of on opportunity_label (opportunity_id, kind);
