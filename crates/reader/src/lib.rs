//! Reads resumes: who somebody is and where they can be reached, where they worked and what they studied.
//!
//! Resumes come from anybody, and the libraries that read PDF fall over files made to make them
//! ([one list](https://github.com/jrmuizel/pdf-extract/issues/141)). So a file is read by a process of its own, which sees nothing but the file,
//! has a second or two and some memory, and may die ([`Reader`]). What it finds in the text is guessed by rules (`facts`): a program that needs
//! to be sure asks the person.

mod apart;
mod dates;
mod entries;
mod facts;
mod text;

pub use apart::{Reader, Unread, VERB, work};
pub use text::Kind;

use lever_api::ParsedData;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a resume says; what it does not say, or what was not understood, is missing.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Of the person.
    pub name: Option<String>,
    /// `Lyon, France`.
    pub location: Option<String>,
    /// As they stand there.
    pub emails: Vec<String>,
    /// As they stand there.
    pub phones: Vec<String>,
    /// Whole addresses.
    pub links: Vec<String>,
    /// Where they worked and what they studied, in the order of the resume.
    pub parsed: ParsedData,
}

/// All of it is somebody's own.
impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reading({} positions, {} schools)", self.parsed.positions.len(), self.parsed.schools.len())
    }
}
