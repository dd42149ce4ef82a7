//! What a side tells others of by itself: notices to programs, letters to people. Each is an effect of the side's own
//! pipeline, stored in the transaction of what it tells, so that none is lost and none is made up.

mod letters;
mod notices;
pub mod pages;
mod templates;

pub use letters::{LETTER, Letter, Letters, MIGRATIONS, Stored};
pub use notices::{Address, ByMail, MAILTO, NOTICE, Notice, Notices};
pub use templates::{Template, render, unknown_places};
