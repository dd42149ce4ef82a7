//! What Findem's people want to be so in the applicant tracking system: somebody new, another stage, an end.

use crate::mirror::User;
use endpoint::{Access, Attachment, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Somebody who was found becomes a candidate or a prospect.
    #[default]
    Export,
    /// A candidacy goes on at another stage.
    Advance,
    /// A candidacy ends.
    Reject,
}

/// One thing that is wanted. Which fields say something depends on [`Wish::kind`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Wish {
    /// Names it.
    pub id: String,
    /// What is wanted.
    pub kind: Kind,
    /// Who wants it: their name and address in Findem.
    pub by: By,
    /// The user of the same address in the applicant tracking system; empty: there is none.
    pub user: String,
    /// When they said so. No two wishes have the same.
    pub created_at: i64,
    /// When they said so last: whoever is told that somebody is known may say so again.
    pub asked_at: i64,
    /// Advance, reject: the candidacy. Of an export, what it became; empty: nothing yet.
    pub application: String,
    /// Advance, reject: the stage they stood at when it was wanted.
    pub from_stage: String,
    /// Advance: where to. Export: where they begin.
    pub stage: String,
    /// Reject: why.
    pub reason: String,
    /// Where Findem shows the person.
    pub url: String,
    /// The person.
    pub name: String,
    /// Export: their title.
    pub headline: String,
    /// Export: where they live.
    pub location: String,
    /// Export: their addresses.
    pub emails: Vec<String>,
    /// Export: their telephone numbers.
    pub phones: Vec<String>,
    /// Export: LinkedIn, GitHub and others, without [`Wish::url`].
    pub links: Vec<String>,
    /// Export: labels they are to have.
    pub tags: Vec<String>,
    /// Export: the job; empty: they become a prospect.
    pub job: String,
    /// Export: what is to be said about them.
    pub note: String,
    /// Export: the name of their résumé; empty: there is none. [`GetWishFile`] downloads it.
    pub file: String,
    /// Export: a candidacy of theirs that Findem knows of; empty: none.
    pub known: String,
    /// Export: also if they are known already: as one candidacy more of the same person.
    pub anyway: bool,
}

/// Who wants something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct By {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
}

/// Which wishes wait.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Waiting {
    /// Their ids, oldest first; at most a thousand.
    pub data: Vec<String>,
}

/// How it stands with a wish.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It is so now.
    Done,
    /// It could not be made so yet, and is tried again by itself.
    #[default]
    Waiting,
    /// Nothing was written, and it goes on only when somebody does something.
    Held,
    /// The person is known already: somebody has to say what is to be done.
    Known,
    /// Things are otherwise in the applicant tracking system by now: it is not done.
    Conflict,
}

/// What came of a wish.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct CameOf {
    /// How it stands.
    pub standing: Standing,
    /// For people: why, and who can mend it.
    pub why: String,
    /// The candidacy it became, or that is there already.
    pub application: String,
    /// Where the applicant tracking system shows it; may be empty.
    pub url: String,
    /// In whose name it was done.
    pub by: Option<User>,
}

endpoint! {
    /// List what waits to be made so.
    Get "/v1/wishes/waiting" as ListWaiting { access: Access::ANY, path: {}, query: Nothing, body: Nothing, returns: Waiting }
}
endpoint! {
    /// Read a wish. One that was taken back is not found.
    Get "/v1/wishes/{wish}" as GetWish { access: Access::ANY, path: { wish: String }, query: Nothing, body: Nothing, returns: Wish }
}
endpoint! {
    /// Download the résumé of whoever is exported.
    Get "/v1/wishes/{wish}/file" as GetWishFile { access: Access::ANY, path: { wish: String }, query: Nothing, body: Nothing, returns: Attachment }
}
endpoint! {
    /// Say what came of a wish.
    Put "/v1/wishes/{wish}/result" as PutResult { access: Access::ANY, path: { wish: String }, query: Nothing, body: CameOf, returns: Nothing, status: 204 }
}

catalogue![ListWaiting, GetWish, GetWishFile, PutResult];
