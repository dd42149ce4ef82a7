//! What people decide: the questions, the ways out of a hold, and what is remembered of an answer.

use connector::{Mended, Remember, Way};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What becomes of the record of somebody who is deleted or anonymised in Lever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Erase {
    /// Somebody decides each time: whoever works there stays, whatever an applicant tracking system keeps.
    #[default]
    Ask,
    /// It is deleted there too.
    Delete,
    /// It stays.
    Keep,
}

/// What is asked about an e-mail that somebody else has.
pub const SAME_E_MAIL: &str = "same e-mail";
/// What is asked about the record of somebody who was erased.
pub const ERASED: &str = "erased in Lever";

/// A way out that is a person's decision about one: the answer to a question, which [`answered`] has remembered.
pub fn decision(id: &str, label: &str, question: &str, answer: &str) -> Way {
    let data = json!({ "question": question, "answer": answer });
    Way { id: id.to_owned(), label: label.to_owned(), personal: true, data, ..Way::default() }
}

/// Somebody decided; the hub remembers it.
pub fn answered(way: &Way) -> Result<Mended, String> {
    let text = |name: &str| way.data[name].as_str().map(str::to_owned).ok_or("This way out was stored by another version of Fulcrum.");
    Ok(Mended { said: format!("{}.", way.label), remember: Remember::Answer { question: text("question")?, answer: text("answer")? } })
}
