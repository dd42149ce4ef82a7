//! The product's stories, each on SQLite and on PostgreSQL, with three real sides that meet over HTTP on this machine.
//! The clock stands still until a story moves it, and nothing runs until a story drains the queues.

mod any_order;
mod ats_access;
mod ats_api;
mod ats_files;
mod ats_oauth;
mod ats_roles;
mod board;
mod changes;
mod chief_onboarding;
mod command_line;
mod connecting;
mod console;
mod crash;
mod employee_api;
mod every_page;
mod first_hire;
mod hub_api;
mod imports;
mod interviews;
mod jobma;
mod jobma_set_up;
mod joinedly;
mod journeys;
mod letters;
mod maps;
mod partner_faults;
mod privacy;
mod receiving;
mod reference;
mod secrets;
mod setting_up;
mod tap;
mod ten_failures;
mod tidy;
mod world;
