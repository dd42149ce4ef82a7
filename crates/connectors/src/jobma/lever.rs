//! What comes back to the profile in Lever: tags, the link, notes, the next stage. Each may be done twice.

use super::results;
use super::rounds::{Cannot, FAILED, Round, Rounds, Show, State, TAGS};
use super::{NAME, done};
use crate::profile::{id, note, refused};
use connector::{Cx, How, Outcome, outcome_of};
use endpoint::Nothing;
use lever_api::{
    AddLinks, AddTags, GetOpportunity, Links, OpportunityId, PerformAs, RemoveTags, StageChange, Tags, UpdateOpportunityStage, View,
};
use outbound::Failure;

/// Exactly this tag of ours, or none. `there`: the tags, where another answer of this moment has told them.
async fn tag(cx: &Cx<'_>, opportunity: &OpportunityId, tag: Option<&str>, there: Option<Vec<String>>) -> Result<(), Failure> {
    let there = match there {
        Some(there) => there,
        None => cx.lever.send(GetOpportunity { opportunity: opportunity.clone(), query: View::default(), body: Nothing }).await?.data.tags,
    };
    // First the new one: between the two calls there is one too many, and never none.
    if let Some(tag) = tag.filter(|tag| !there.iter().any(|t| t == tag)) {
        let body = Tags { tags: vec![tag.to_owned()] };
        cx.lever.send(AddTags { opportunity: opportunity.clone(), query: PerformAs::default(), body }).await?;
    }
    let others: Vec<String> = there.into_iter().filter(|t| TAGS.contains(&t.as_str()) && Some(t.as_str()) != tag).collect();
    if !others.is_empty() {
        cx.lever.send(RemoveTags { opportunity: opportunity.clone(), query: PerformAs::default(), body: Tags { tags: others } }).await?;
    }
    Ok(())
}

pub async fn show(cx: &Cx<'_>, rounds: &mut Rounds, show: &Show) -> Result<Outcome, Failure> {
    let opportunity = id(&show.opportunity)?;
    let written = async {
        let mut there = None;
        if let Some(link) = &show.link {
            let body = Links { links: vec![link.clone()] };
            there = Some(cx.lever.send(AddLinks { opportunity: opportunity.clone(), query: PerformAs::default(), body }).await?.data.tags);
        }
        if let Some(text) = &show.note {
            note(cx, &opportunity, text, PerformAs::default()).await?;
        }
        if show.tags {
            tag(cx, &opportunity, show.round.state.tag(), there).await?;
        }
        if show.round.state == State::Deleted { results::forget(cx, &opportunity, &show.round).await } else { Ok(()) }
    };
    if let Err(failure) = written.await {
        return refused(NAME, &failure);
    }
    rounds.keep(show.round.clone());
    let said = match show.round.state.tag() {
        _ if !show.tags && show.note.is_none() => "the link to an earlier interview is on the profile".to_owned(),
        _ if !show.tags => "a note on the profile says how an earlier interview ended".to_owned(),
        Some(tag) => format!("\"{tag}\" stands on the profile"),
        None => "the profile says nothing of it any more".to_owned(),
    };
    Ok(done(rounds, How::Updated, &said))
}

pub async fn advance(cx: &Cx<'_>, rounds: &mut Rounds, round: &Round, opportunity: &str, stage: &str) -> Result<Outcome, Failure> {
    let opportunity = id(opportunity)?;
    let stage = stage.parse().map_err(|_| Failure::Blocked(format!("{stage:?} is no stage id")))?;
    let moved = cx.lever.send(UpdateOpportunityStage { opportunity, query: PerformAs::default(), body: StageChange { stage } }).await;
    if let Err(failure) = moved {
        return refused(NAME, &failure);
    }
    rounds.keep(round.clone());
    Ok(done(rounds, How::Updated, "moved on to the stage for whoever completed it"))
}

/// Says on the profile why nobody is invited, then waits for whoever can mend it.
pub async fn tell_why_not(cx: &Cx<'_>, cannot: &Cannot) -> Outcome {
    let told = async { note(cx, &id(&cannot.opportunity)?, &format!("{NAME}: {}", cannot.why), PerformAs::default()).await };
    match told.await {
        Ok(()) => Outcome::Hold(cannot.hold()),
        Err(failure) => refused(NAME, &failure).unwrap_or_else(|failure| outcome_of("Lever", &failure)),
    }
}

/// The profile says that it failed and why, as far as Lever lets us say so: what went wrong first is what counts.
pub async fn show_failure(cx: &Cx<'_>, opportunity: &str, why: &str) {
    if let Ok(opportunity) = id(opportunity)
        && tag(cx, &opportunity, Some(FAILED), None).await.is_ok()
    {
        let _ = note(cx, &opportunity, &format!("{NAME}: {why}"), PerformAs::default()).await;
    }
}
