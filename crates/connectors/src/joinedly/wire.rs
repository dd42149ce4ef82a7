//! Calling Joinedly.

use super::Settings;
use super::map::Joining;
use crate::hires::Aliases;
use connector::{Cx, Good, Hold};
use endpoint::Nothing;
use joinedly_api::{
    After, CancelJourney, Cancellation, CreateOffice, CreateTeam, DeleteJoiner, Entry, GetJoiner, Joiner, JoinerChange, JourneyState, ListJoiners, ListOffices,
    ListTeams, Listed, NewEntry, PutJoiner, Refusal, State,
};
use outbound::{Failure, Remote};
use std::sync::Arc;

/// Offices and teams as they are now.
#[derive(Clone, Debug, Default)]
pub struct Places {
    pub offices: Vec<Entry>,
    pub teams: Vec<Entry>,
}

impl Places {
    /// Reads both lists.
    pub async fn of(partner: &Remote) -> Result<Self, Failure> {
        let offices = partner.send(ListOffices { query: Nothing, body: Nothing });
        let teams = partner.send(ListTeams { query: Nothing, body: Nothing });
        let (offices, teams) = futures_util::future::try_join(offices, teams).await?;
        Ok(Self { offices: offices.data, teams: teams.data })
    }

    /// The same, shared by all that are performed together.
    pub async fn read(cx: &Cx<'_>) -> Result<Arc<Self>, Failure> {
        cx.memo.read("offices and teams", Good::After(cx.asked), || Self::of(cx.partner)).await
    }

    /// The id of a name: an alias somebody gave it, else the entry of exactly that name. Only spaces around it are forgiven.
    pub fn id(&self, aliases: &Aliases, list: &str, name: &str) -> Option<&str> {
        let alias = aliases.get(list).and_then(|names| names.get(name.trim()));
        let entries = if list == "offices" { &self.offices } else { &self.teams };
        let is_it = |e: &&Entry| if let Some(id) = alias { e.id == *id } else { e.name.trim() == name.trim() };
        entries.iter().find(is_it).map(|e| e.id.as_str())
    }

    /// The name of an entry of either list.
    pub fn name(&self, id: &str) -> Option<&str> {
        self.offices.iter().chain(&self.teams).find(|e| e.id == id).map(|e| e.name.as_str())
    }

    /// With what a joiner needs and is not there yet, made. Asking twice makes one.
    pub async fn with_missing(self: Arc<Self>, cx: &Cx<'_>, settings: &Settings, joining: &Joining) -> Result<Arc<Self>, Failure> {
        let lacks = |list: &str, name: &str| !name.is_empty() && self.id(&settings.aliases, list, name).is_none();
        let has_team = self.name(&joining.job_team).is_some();
        let (office, team) = (lacks("offices", &joining.office), !has_team && lacks("teams", &joining.team));
        if !office && !team {
            return Ok(self);
        }
        if office {
            let body = NewEntry { name: joining.office.clone() };
            cx.partner.send(CreateOffice { query: Nothing, body }).await?;
        }
        if team {
            let body = NewEntry { name: joining.team.clone() };
            cx.partner.send(CreateTeam { query: Nothing, body }).await?;
        }
        cx.memo.forget();
        Ok(Arc::new(Self::of(cx.partner).await?))
    }
}

/// None: there is no such joiner.
fn there<T>(answer: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match answer {
        Err(failure) if failure.status() == Some(404) => Ok(None),
        other => other.map(Some),
    }
}

pub async fn get(partner: &Remote, id: &str) -> Result<Option<Joiner>, Failure> {
    there(partner.send(GetJoiner { joiner: id.to_owned(), query: Nothing, body: Nothing }).await)
}

pub async fn put(partner: &Remote, external_id: &str, change: &JoinerChange) -> Result<Joiner, Failure> {
    partner.send(PutJoiner { joiner: external_id.to_owned(), query: Nothing, body: change.clone() }).await
}

pub async fn cancel(partner: &Remote, external_id: &str, why: &str) -> Result<Option<Joiner>, Failure> {
    there(partner.send(CancelJourney { joiner: external_id.to_owned(), query: Nothing, body: Cancellation { why: why.to_owned() } }).await)
}

/// Who is gone already is gone.
pub async fn delete(partner: &Remote, id: &str) -> Result<(), Failure> {
    there(partner.send(DeleteJoiner { joiner: id.to_owned(), query: Nothing, body: Nothing }).await).map(drop)
}

/// Everybody, page by page.
pub async fn all(partner: &Remote) -> Result<Vec<Listed>, Failure> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = partner.send(ListJoiners { query: After { after: after.take() }, body: Nothing }).await?;
        all.extend(page.data);
        after = page.next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// How a journey stands, in words.
pub fn journey(journey: &JourneyState) -> String {
    match journey.state {
        _ if journey.id.is_empty() => "no journey fits them".to_owned(),
        State::Waiting => format!("the journey \"{}\" waits", journey.name),
        State::Started => format!("the journey \"{}\" has begun", journey.name),
        State::Completed => format!("the journey \"{}\" is completed", journey.name),
        State::Cancelled => format!("the journey \"{}\" is cancelled", journey.name),
    }
}

/// What Joinedly does not take.
pub fn refusal(partner: &str, who: &str, body: &str) -> Hold {
    let refusal: Refusal = serde_json::from_str(body).unwrap_or_default();
    let why = if refusal.message.is_empty() { "No reason was given." } else { &refusal.message };
    Hold::new(format!("{partner} refuses: {why}"), format!("{partner} answered 400 for {who}: {why} Mend it in Lever or {partner}, then release."))
}
