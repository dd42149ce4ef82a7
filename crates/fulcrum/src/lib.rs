//! Fulcrum: the wiring. Settings are read here, the three sides are opened and put on their addresses, and the command
//! line works beside a running server. Products meet only in this crate.

pub mod cli;
pub mod commands;
pub mod counted;
pub mod demo;
pub mod serve;
pub mod settings;
pub mod sides;
pub mod telemetry;
pub mod visitor;
mod work_verbs;
