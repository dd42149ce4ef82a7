//! Creating and changing postings, and who has to do with them.

use crate::Ats;
use crate::access::Caller;
use crate::people::{ROLES, Right};
use crate::refusal::{Refusal, Result, short};
use db::{Sql, params};
use lever_api::{
    Categories, CreatePosting, Data, ListPostingUsers, NewContent, PerformAs, Posting, PostingChange, PostingName, PostingRole, PostingUser,
    PostingUsers, Rest, UpdatePosting, UserId,
};
use scraper::{Html, Selector};
use serde_json::{Value, json};
use std::sync::Arc;

const STATES: [&str; 4] = ["draft", "published", "internal", "closed"];
const CHANNELS: [&str; 2] = ["public", "internal"];
const WORKPLACES: [&str; 3] = ["onsite", "remote", "hybrid"];
/// What may stand in the text of an advertisement.
const TAGS: [&str; 9] = ["div", "p", "span", "br", "b", "i", "s", "u", "a"];
/// What may stand in its lists.
const LIST_TAGS: [&str; 6] = ["li", "b", "i", "s", "u", "a"];
const ATTRIBUTES: [&str; 3] = ["class", "href", "style"];

pub async fn create(ats: Ats, _: Arc<Caller>, request: CreatePosting) -> Result<Data<Posting>> {
    let actor = ats.posting_actor(&request.query).await?;
    let text = request.body.text.clone().filter(|text| !text.trim().is_empty());
    text.ok_or_else(|| Refusal::bad_request("Missing required parameter: text"))?;
    ats.change_posting(ats.blank_posting(&actor), request.body).await
}

pub async fn update(ats: Ats, caller: Arc<Caller>, request: UpdatePosting) -> Result<Data<Posting>> {
    ats.posting_actor(&request.query).await?;
    let posting = ats.posting_for(&caller, request.posting.as_str()).await?;
    ats.change_posting(posting, request.body).await
}

pub async fn users(ats: Ats, caller: Arc<Caller>, request: ListPostingUsers) -> Result<PostingUsers> {
    let posting = ats.posting_for(&caller, request.posting.as_str()).await?;
    let people: Vec<_> = ats.people().await?.into_iter().filter(|user| user.deactivated_at.is_none()).collect();
    let sees_all = |role: &str| ROLES.iter().any(|(name, _, rights)| *name == role && rights.contains(&Right::SeeAllCandidates));
    let has_to_do = |id: &str| posting.owner == id || posting.hiring_manager == id || posting.followers.iter().any(|follower| follower == id);
    let concerned = people.iter().filter(|user| sees_all(&user.access_role) || has_to_do(&user.id));
    let users = concerned.map(|user| PostingUser {
        id: user.id.clone(),
        name: user.name.clone(),
        email: user.email.clone(),
        inherited_from_role_id: (!has_to_do(&user.id)).then(|| role_id(&user.access_role).to_owned()),
    });
    let roles = ROLES.iter().filter(|(_, _, rights)| rights.contains(&Right::ManageProfiles)).map(|(name, label, _)| PostingRole {
        id: role_id(name).to_owned(),
        name: (*label).to_owned(),
        is_read_only: true,
    });
    Ok(PostingUsers { users: users.collect(), roles: roles.collect(), posting: PostingName { id: posting.id.clone(), text: posting.text.clone() } })
}

/// As Lever names the built-in roles here.
fn role_id(role: &str) -> &str {
    match role {
        "super admin" => "owner",
        "team member" => "team",
        "limited team member" => "limited",
        other => other,
    }
}

/// Whatever else stands in a text would run or show where it must not.
fn allowed(html: &str, tags: &[&str]) -> Result<()> {
    let (page, all) = (Html::parse_fragment(html), Selector::parse("*").map_err(|e| Refusal::bad_request(e.to_string()))?);
    for element in page.select(&all).map(|element| element.value()).filter(|element| element.name() != "html") {
        if !tags.contains(&element.name()) {
            return Err(Refusal::bad_request(format!("content: the tag {} is not allowed; there may be {}", element.name(), tags.join(", "))));
        }
        let runs = |value: &str| !["https:", "http:", "mailto:", "/", "#"].iter().any(|begin| value.trim().to_lowercase().starts_with(begin));
        if let Some((name, _)) = element.attrs().find(|(name, value)| !ATTRIBUTES.contains(name) || (*name == "href" && runs(value))) {
            return Err(Refusal::bad_request(format!("content: the attribute {name} of {} is not allowed so", element.name())));
        }
    }
    Ok(())
}

/// Without tags.
pub fn plain(html: &str) -> String {
    Html::parse_fragment(html).root_element().text().collect()
}

/// The text of an advertisement with what is new of it.
fn content(before: &Value, new: NewContent) -> Result<Value> {
    let mut content = before.clone();
    for (html, name, plain_name) in [(new.description_html, "descriptionHtml", "description"), (new.closing_posting_html, "closingHtml", "closing")] {
        if let Some(html) = html {
            allowed(&html, &TAGS)?;
            content[plain_name] = json!(plain(&html));
            content[name] = json!(html);
        }
    }
    if let Some(lists) = new.lists {
        lists.iter().try_for_each(|list| allowed(&list.content, &LIST_TAGS))?;
        content["lists"] = json!(lists);
    }
    Ok(content)
}

/// Each must be one of these.
fn one_of(name: &str, given: &[String], known: &[&str]) -> Result<()> {
    match given.iter().find(|given| !known.contains(&given.as_str())) {
        Some(other) => Err(Refusal::bad_request(format!("{name} must be one of {}, not {other}", known.join(", ")))),
        None => Ok(()),
    }
}

impl Ats {
    async fn posting_actor(&self, query: &PerformAs) -> Result<String> {
        let actor = self.actor(query.perform_as.as_ref()).await?;
        actor.ok_or_else(|| Refusal::bad_request("Missing required parameter: perform_as"))
    }

    /// A draft that says nothing yet.
    pub(crate) fn blank_posting(&self, by: &str) -> Posting {
        Posting {
            id: uuid::Uuid::new_v4().to_string(),
            state: "draft".to_owned(),
            distribution_channels: Some(CHANNELS.map(str::to_owned).to_vec()),
            user: json!(by),
            owner: json!(by),
            content: json!({ "description": "", "descriptionHtml": "", "lists": [], "closing": "", "closingHtml": "" }),
            confidentiality: "non-confidential".to_owned(),
            workplace_type: Some("unspecified".to_owned()),
            created_at: self.clock.now().0,
            ..Posting::default()
        }
    }

    async fn known_user(&self, name: &str, id: &UserId) -> Result<Value> {
        match self.users_by_id(&[id.to_string()]).await?.pop() {
            Some(user) => Ok(json!(user.id)),
            None => Err(Refusal::bad_request(format!("{name}: there is no user {id}"))),
        }
    }

    pub(crate) async fn change_posting(&self, mut posting: Posting, new: PostingChange) -> Result<Data<Posting>> {
        one_of("state", new.state.as_slice(), &STATES)?;
        one_of("distributionChannels", new.distribution_channels.as_deref().unwrap_or_default(), &CHANNELS)?;
        one_of("workplaceType", new.workplace_type.as_slice(), &WORKPLACES)?;
        if new.text.as_ref().is_some_and(|text| text.trim().is_empty()) {
            return Err(Refusal::bad_request("text must not be empty"));
        }
        if let Some(owner) = &new.owner {
            posting.owner = self.known_user("owner", owner).await?;
        }
        if let Some(manager) = &new.hiring_manager {
            posting.hiring_manager = self.known_user("hiringManager", manager).await?;
        }
        if let Some(text) = new.content {
            posting.content = content(&posting.content, text)?;
        }
        if let Some(html) = new.salary_description_html {
            allowed(&html, &TAGS)?;
            posting.rest.insert("salaryDescription".to_owned(), json!(plain(&html)));
            posting.rest.insert("salaryDescriptionHtml".to_owned(), json!(html));
        }
        if let Some(range) = new.salary_range {
            if !(0.0 <= range.min && range.min <= range.max) || range.currency.len() != 3 || range.interval.is_empty() {
                return Err(Refusal::bad_request("salaryRange needs min, max not below it, a currency of three letters, and an interval"));
            }
            posting.rest.insert("salaryRange".to_owned(), json!(range));
        }
        // A title becomes a tag of whoever is added.
        short("text", &new.text)?;
        if let Some(c) = new.categories {
            let named = [&c.department, &c.team, &c.location, &c.commitment, &c.level];
            short("A category", named.into_iter().flatten().chain(&c.all_locations))?;
            let mut all_locations = if c.all_locations.is_empty() { c.location.iter().cloned().collect() } else { c.all_locations };
            all_locations.dedup();
            posting.categories =
                Categories { location: c.location.or_else(|| all_locations.first().cloned()), all_locations, rest: Rest::new(), ..c };
        }
        posting.text = new.text.map_or(posting.text, |text| text.trim().to_owned());
        posting.state = new.state.unwrap_or(posting.state);
        let everywhere = || CHANNELS.map(str::to_owned).to_vec();
        posting.distribution_channels = new.distribution_channels.or(posting.distribution_channels).or_else(|| Some(everywhere()));
        posting.tags = new.tags.unwrap_or(posting.tags);
        posting.workplace_type = new.workplace_type.or(posting.workplace_type);
        let renamed = new.requisition_codes.as_ref().is_some_and(|codes| *codes != posting.requisition_codes);
        posting.requisition_codes = new.requisition_codes.unwrap_or(posting.requisition_codes);
        posting.updated_at = self.clock.now().0;
        let tx = self.db.begin().await?;
        if renamed {
            self.link_requisitions(&tx, &posting).await?;
        } else {
            // A requisition may have been linked since this was read.
            let sql = format!("select requisition_codes from posting where id = $1{}", tx.engine().to_change());
            if let Some(row) = tx.row(&sql, params![posting.id.as_str()]).await? {
                posting.requisition_codes = row.held("requisition_codes")?;
            }
        }
        self.save_posting(&tx, &posting).await?;
        tx.commit().await?;
        self.committed();
        let stored = self.postings_by_id(&[posting.id.clone()]).await?.pop();
        stored.map(Data::new).ok_or_else(|| Refusal::not_found("postings", &posting.id))
    }
}
