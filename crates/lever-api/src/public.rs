//! The Postings API v0: what a company publishes, for its own careers page, and applying from there. Another API than the Data API: no
//! credential to read, bare answers without `data`, its own way of saying no, and a key of its own kind to apply.
//!
//! Official page: <https://github.com/lever/postings-api>

use crate::{Categories, PostingId, Rest, SalaryRange};
use endpoint::{Access, Answer, Answered, Attachment, Nothing, Unreadable, WithFiles, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, OneOfBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};

/// A posting as everybody may read it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PublicPosting {
    /// Posting id.
    pub id: String,
    /// Title.
    pub text: String,
    /// Team, department, location, work type. What is not set is left out.
    #[serde(deserialize_with = "or_default")]
    pub categories: PublicCategories,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// ms.
    pub created_at: Option<i64>,
    /// `unspecified`, `on-site` (the Data API writes `onsite`), `remote` or `hybrid`.
    pub workplace_type: Option<String>,
    /// HTML: opening and body.
    pub description: String,
    /// The same without tags.
    pub description_plain: String,
    /// HTML: what stands before the body.
    pub opening: String,
    /// The same without tags.
    pub opening_plain: String,
    /// HTML: the body.
    pub description_body: String,
    /// The same without tags.
    pub description_body_plain: String,
    /// `[{text, content}]`
    pub lists: Value,
    /// HTML: what stands after the lists.
    pub additional: String,
    /// The same without tags.
    pub additional_plain: String,
    /// What the job pays; left out if not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub salary_range: Option<SalaryRange>,
    /// HTML about the pay; left out if not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub salary_description: Option<String>,
    /// The same without tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub salary_description_plain: Option<String>,
    /// Its page on the job site.
    pub hosted_url: String,
    /// Where to apply on the job site.
    pub apply_url: String,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

/// How the public API files a posting: what is not set is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PublicCategories {
    /// Work type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commitment: Option<String>,
    /// Department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// The first or primary location.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// All locations.
    pub all_locations: Vec<String>,
}

impl From<Categories> for PublicCategories {
    fn from(c: Categories) -> Self {
        let Categories { commitment, department, level, location, team, all_locations, .. } = c;
        Self { commitment, department, level, location, team, all_locations }
    }
}

impl From<PublicCategories> for Categories {
    fn from(c: PublicCategories) -> Self {
        let PublicCategories { commitment, department, level, location, team, all_locations } = c;
        Self { commitment, department, level, location, team, all_locations, rest: Rest::new() }
    }
}

/// Real boards have null where nothing is set.
fn or_default<'de, D: serde::Deserializer<'de>>(input: D) -> Result<PublicCategories, D::Error> {
    Ok(Option::<PublicCategories>::deserialize(input)?.unwrap_or_default())
}

/// Postings under what they have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PublicGroup {
    /// The location, work type or team.
    pub title: String,
    /// The postings.
    pub postings: Vec<PublicPosting>,
}

/// What a company publishes, in the form that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Board {
    /// `mode=json`
    Postings(Vec<PublicPosting>),
    /// `mode=json` with `group`.
    Groups(Vec<PublicGroup>),
    /// `mode=html`, `iframe` or `xml`.
    Page(Attachment),
}

impl Answer for Board {
    const IS_FILE: bool = false;

    fn write(self) -> Result<Answered, Unreadable> {
        match self {
            Self::Postings(postings) => postings.write(),
            Self::Groups(groups) => groups.write(),
            Self::Page(page) => Ok(Answered::Page(page)),
        }
    }

    fn read(bytes: Vec<u8>, name: &str, media_type: &str) -> Result<Self, Unreadable> {
        if !media_type.contains("json") {
            return Attachment::read(bytes, name, media_type).map(Self::Page);
        }
        let all: Vec<Value> = Answer::read(bytes, name, media_type)?;
        let unreadable = |e: serde_json::Error| Unreadable::new(e.to_string());
        if all.first().is_some_and(|first| first.get("postings").is_some()) {
            return serde_json::from_value(Value::Array(all)).map(Self::Groups).map_err(unreadable);
        }
        serde_json::from_value(Value::Array(all)).map(Self::Postings).map_err(unreadable)
    }
}

impl utoipa::PartialSchema for Board {
    fn schema() -> RefOr<Schema> {
        let list = |name: &str| ArrayBuilder::new().items(Ref::from_schema_name(name));
        OneOfBuilder::new().item(list(&PublicPosting::name())).item(list(&PublicGroup::name())).into()
    }
}

impl ToSchema for Board {
    fn schemas(named: &mut Vec<(String, RefOr<Schema>)>) {
        named.push((PublicPosting::name().into_owned(), <PublicPosting as utoipa::PartialSchema>::schema()));
        named.push((PublicGroup::name().into_owned(), <PublicGroup as utoipa::PartialSchema>::schema()));
        PublicGroup::schemas(named);
    }
}

/// Which postings, and in which form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublicFilter {
    /// `json`, `html`, `iframe` or `xml`; beats the header `Accept`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// How many to pass over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip: Option<u32>,
    /// How many at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// At one of these locations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub location: Vec<String>,
    /// Of one of these work types.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commitment: Vec<String>,
    /// Of one of these teams.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub team: Vec<String>,
    /// Of one of these departments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub department: Vec<String>,
    /// Of this level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub level: Vec<String>,
    /// `location`, `commitment` or `team`: under headings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// With `mode=iframe`, a style sheet. Taken and not used: no page of ours loads what somebody else wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub css: Option<String>,
    /// With `mode=iframe`, a page that sets its height. Taken and not used, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resize: Option<String>,
}

/// The key to apply with.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostingsKey {
    /// A key made for the Postings API, not for the Data API. Required.
    #[schema(required = true, nullable = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// The key is a secret and stays out of logs.
impl std::fmt::Debug for PostingsKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.key.is_some() { "PostingsKey(…)" } else { "PostingsKey(none)" })
    }
}

/// An application from a careers page. `resume` may come with it as a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PublicApplication {
    /// Full name. Required.
    #[schema(required = true, nullable = false)]
    pub name: Option<String>,
    /// E-mail address. Required.
    #[schema(required = true, nullable = false)]
    pub email: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// Current company.
    pub org: Option<String>,
    /// Addresses of profiles elsewhere, by name: `urls[GitHub]` in forms.
    pub urls: BTreeMap<String, String>,
    /// What the applicant wants to say.
    pub comments: Option<String>,
    /// `true`: no letter confirms it.
    pub silent: Value,
    /// A free label.
    pub source: Option<String>,
    /// Where it came from.
    pub ip: Option<String>,
    /// IANA name; one that is none is ignored.
    pub timezone: Option<String>,
    /// Cut at 512 characters.
    pub user_agent: Option<String>,
    /// Cut at 256 characters.
    pub accept_language: Option<String>,
    /// Cut at 2048 characters.
    pub referer: Option<String>,
    /// What the applicant agrees to.
    pub consent: Option<Consent>,
    /// Which of the posting's locations.
    pub opportunity_location: Option<String>,
}

/// What somebody agrees to: `true`, or with the policy they were shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Consent {
    /// That their data are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<Agreed>,
    /// That they are written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marketing: Option<Agreed>,
}

/// Yes or no, in one of its spellings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Agreed {
    /// `true`
    Plain(bool),
    /// `"true"`, as forms write it.
    Text(String),
    /// With the policy.
    Policy {
        /// Whether they agree; `"true"` in forms.
        #[schema(value_type = bool)]
        provided: Value,
        /// Which one.
        #[serde(default, rename = "compliancePolicyId", skip_serializing_if = "Option::is_none")]
        policy: Option<String>,
    },
}

impl Agreed {
    /// Whether it is a yes.
    #[must_use]
    pub fn is_yes(&self) -> bool {
        match self {
            Self::Plain(yes) => *yes,
            Self::Text(text) => text == "true",
            Self::Policy { provided, .. } => *provided == Value::Bool(true) || provided == "true",
        }
    }
}

/// Applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicApplied {
    /// `true`
    pub ok: bool,
    /// The application.
    pub application_id: String,
}

/// How this API says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublicRefusal {
    /// `false`
    pub ok: bool,
    /// A sentence for people.
    pub error: String,
}

endpoint! {
    /// List what a company publishes.
    Get "/v0/postings/{site}" as ListPublicPostings {
        access: Access::ANY, path: { site: String }, query: PublicFilter, body: Nothing, returns: Board,
    }
}
endpoint! {
    /// Read one published posting.
    Get "/v0/postings/{site}/{posting}" as GetPublicPosting {
        access: Access::ANY, path: { site: String, posting: PostingId }, query: Nothing, body: Nothing, returns: PublicPosting,
    }
}
endpoint! {
    /// Apply from a careers page: JSON, a form, or a form with a resume. At most two a second with each key.
    Post "/v0/postings/{site}/{posting}" as ApplyFromOutside {
        access: Access::ANY, path: { site: String, posting: PostingId }, query: PostingsKey, body: WithFiles<PublicApplication>,
        returns: PublicApplied, files: &["resume"],
    }
}

/// The whole Postings API v0.
pub const POSTINGS_API: &[endpoint::Info] = &[
    <ListPublicPostings as endpoint::Endpoint>::INFO,
    <GetPublicPosting as endpoint::Endpoint>::INFO,
    <ApplyFromOutside as endpoint::Endpoint>::INFO,
];
