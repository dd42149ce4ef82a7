//! What Findem is told of an applicant tracking system: its lists, its people, and what is known of one of them.

use endpoint::{Access, Nothing, WithFiles, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody who works in the applicant tracking system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct User {
    /// Their id there.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Whether they can still sign in.
    pub active: bool,
}

/// A job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Job {
    /// The posting.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Where; may be empty.
    pub location: String,
    /// Of which team; may be empty.
    pub team: String,
    /// `published`, `internal`, `closed`, …
    pub state: String,
    /// Only for people who may see what is confidential.
    pub confidential: bool,
}

/// A stage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Stage {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// A reason to end a candidacy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Reason {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whoever is archived with it is hired.
    pub hired: bool,
    /// It can be chosen.
    pub active: bool,
}

/// Lists of the applicant tracking system, each as a whole; one that is absent could not be read and stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Lists {
    /// Everybody, also who left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<User>>,
    /// Also those that are closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jobs: Option<Vec<Job>>,
    /// In pipeline order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stages: Option<Vec<Stage>>,
    /// Also those that are out of use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Vec<Reason>>,
}

/// One candidacy of one person, as the applicant tracking system has it. It has no work experience, company, or education: those are
/// Findem's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Application {
    /// The opportunity.
    pub id: String,
    /// The person: applications with the same are of one.
    pub contact: String,
    /// Their name.
    pub name: String,
    /// Their title, or where they have been.
    pub headline: String,
    /// All addresses, in their order.
    pub emails: Vec<String>,
    /// Telephone numbers.
    pub phones: Vec<String>,
    /// LinkedIn, GitHub and what else they named.
    pub links: Vec<String>,
    /// Free labels.
    pub tags: Vec<String>,
    /// Where they come from.
    pub sources: Vec<String>,
    /// `applied`, `sourced`, `referred`, …
    pub origin: String,
    /// [`Stage::id`]
    pub stage: String,
    /// Since when they are there.
    pub stage_since: i64,
    /// [`Job::id`]; empty: a prospect.
    pub job: String,
    /// When it ended; absent while it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<i64>,
    /// [`Reason::id`]; empty while it goes on.
    pub reason: String,
    /// [`User::id`]; may be empty.
    pub owner: String,
    /// Only for people who may see what is confidential.
    pub confidential: bool,
    /// Where Lever shows it.
    pub url: String,
    /// When it began.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}

/// Candidacies that are new or another now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Applications {
    /// They are told of in a pass over everybody: whoever is in none of its calls is gone, as [`ListGone`] says once it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pass: Option<i64>,
    /// At most 500.
    pub data: Vec<Application>,
}

/// What Findem would like to know besides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Wanted {
    /// [`Application::id`] of those whose notes and files somebody may want to look at.
    pub profiles: Vec<String>,
    /// Something was named that is in none of the lists.
    pub lists: bool,
}

/// Candidacies that are not in the applicant tracking system any more, or out of sight; at most 500.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gone {
    /// [`Application::id`]
    pub data: Vec<String>,
}

/// A note.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Note {
    /// Its id.
    pub id: String,
    /// What it says.
    pub text: String,
    /// [`User::id`]; may be empty.
    pub author: String,
    /// When.
    pub at: i64,
}

/// A file on a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct File {
    /// Its id.
    pub id: String,
    /// `cv.pdf`
    pub name: String,
    /// When it was attached.
    pub at: i64,
}

/// All there is about one candidacy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Profile {
    /// The candidacy.
    pub application: Application,
    /// Its notes: these and no others.
    pub notes: Vec<Note>,
    /// Its files: these and no others.
    pub files: Vec<File>,
}

/// What Findem lacks of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Lacking {
    /// [`File::id`] of the files whose content it does not have.
    pub files: Vec<String>,
    /// Where Findem shows the person: for a link on their profile.
    pub url: String,
}

/// What an applicant answered about themselves, of their own free will. It is kept apart from everything else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct EeoAnswer {
    /// Of the application.
    pub id: String,
    /// [`Job::id`]
    pub job: String,
    /// When.
    pub at: i64,
    /// Only if answered.
    pub gender: String,
    /// Only if answered.
    pub race: String,
    /// Only if answered.
    pub veteran: String,
    /// Only if answered.
    pub disability: String,
}

/// All answers there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct EeoAnswers {
    /// They are told of in this pass.
    pub pass: i64,
    /// These are the last of it: what was told of in none of its calls is gone.
    pub last: bool,
    /// At most 500.
    pub data: Vec<EeoAnswer>,
}

endpoint! {
    /// Bring the lists up to date: users, jobs, stages and archive reasons.
    Put "/v1/lists" as PutLists { access: Access::ANY, path: {}, query: Nothing, body: Lists, returns: Nothing, status: 204 }
}
endpoint! {
    /// Bring candidacies up to date. What is known already is told again without harm.
    Put "/v1/mirror/applications" as PutApplications { access: Access::ANY, path: {}, query: Nothing, body: Applications, returns: Wanted }
}
endpoint! {
    /// List who was not told of in a pass over everybody. Whoever is forgotten is not listed again.
    Get "/v1/mirror/passes/{pass}/gone" as ListGone { access: Access::ANY, path: { pass: String }, query: Nothing, body: Nothing, returns: Gone }
}
endpoint! {
    /// Forget these: their candidacies, notes, files and letters, and whoever is known from them alone.
    Post "/v1/mirror/forgotten" as ForgetApplications { access: Access::ANY, path: {}, query: Nothing, body: Gone, returns: Nothing, status: 204 }
}
endpoint! {
    /// Bring one candidacy up to date, with its notes and files.
    Put "/v1/mirror/applications/{application}/profile" as PutProfile { access: Access::ANY, path: { application: String }, query: Nothing, body: Profile, returns: Lacking }
}
endpoint! {
    /// Bring the content of a file, sent as `file`.
    Put "/v1/mirror/applications/{application}/files/{file}" as PutFile { access: Access::ANY, path: { application: String, file: String }, query: Nothing, body: WithFiles<Nothing>, returns: Nothing, status: 204 }
}
endpoint! {
    /// Forget one candidacy: it was deleted.
    Delete "/v1/mirror/applications/{application}" as DeleteApplication { access: Access::ANY, path: { application: String }, query: Nothing, body: Nothing, returns: Nothing, status: 204 }
}
endpoint! {
    /// Bring what applicants answered about themselves.
    Put "/v1/mirror/eeo" as PutEeoAnswers { access: Access::ANY, path: {}, query: Nothing, body: EeoAnswers, returns: Nothing, status: 204 }
}

catalogue![PutLists, PutApplications, ListGone, ForgetApplications, PutProfile, PutFile, DeleteApplication, PutEeoAnswers];
