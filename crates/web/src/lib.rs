//! Web pages and HTTP APIs: routes, sessions, forms, layout and components. Knows nothing of hiring.
//!
//! Pages are rendered here, work without JavaScript, and are made quick by one small script of our own. An API is a
//! set of [`endpoint`] definitions mounted with their handlers ([`Api`]); permission is checked in one function for
//! all of them, before the body is read.

mod api;
mod assets;
mod body;
mod door;
pub mod export;
mod form;
pub mod mapping;
pub mod password;
mod problem;
mod serve;
mod session;
mod shell;
mod throttle;
mod time;
pub mod ui;

pub use api::{Api, Dialect, download, served};
pub use assets::script;
pub use door::{Door, Front, Lobby, Stranger, live, routes as door_routes};
pub use form::{Fields, FilledForm, see_other};
pub use problem::Problem;
pub use serve::{finish, leading_to, listen, serve};
pub use session::{MIGRATIONS, Session, Sessions, cookie};
pub use shell::{Nav, Shell};
pub use throttle::Throttle;
pub use time::{date, day, moment, moment_in_words};

pub use axum;
pub use maud::{DOCTYPE, Markup, PreEscaped, html};
