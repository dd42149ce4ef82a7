//! What reviewers think, brought to the profile in Lever: notes, feedback, a summary as PDF, each where it is wanted.
//!
//! Each may be done twice: what is there already is looked for first. What a reviewer says anew replaces what they said, except
//! in notes, which Lever lets nobody change.

use super::rounds::{FileResults, Round, Rounds};
use super::{NAME, Settings, done, wire};
use crate::profile;
use connector::{Cx, Good, Hold, How, Outcome};
use endpoint::{Attachment, Nothing, WithFiles};
use jobma_api::{Evaluation, Review};
use lever_api::{
    CreateFeedback, CreateFeedbackTemplate, DeleteFeedback, DeleteFeedbackTemplate, DeleteFile, Feedback, FeedbackChange, FeedbackTemplate, FieldValue, File, FileFilter,
    FormField, GetOpportunity, ListFeedback, ListFeedbackTemplates, ListFiles, ListUsers, Links, Listing, NewFeedback, NewFeedbackTemplate, OpportunityId,
    Paged, PerformAs, RemoveLinks, SCORE_SYSTEM, SCORES, UpdateFeedback, UploadFile, UserFilter, UserId, View, reference,
};
use outbound::Failure;
use serde_json::{Value, json};
use std::time::Duration;

/// The title of the template, and its questions beside the rating.
const TEMPLATE: &str = "Jobma Interview";
const REVIEWER: &str = "Reviewer";
const RECOMMENDATION: &str = "Recommendation";
const COMMENT: &str = "Comment";
const WHERE: &str = "Evaluation";
/// Templates change seldom, and one that was deleted is refused.
const KNOWN_FOR: Duration = Duration::from_secs(600);

/// Brings what reviewers think by now.
pub async fn file(cx: &Cx<'_>, settings: &Settings, rounds: &mut Rounds, file: &FileResults) -> Result<Outcome, Failure> {
    let Some(evaluation) = wire::evaluation(cx.partner, &file.round.token).await? else {
        rounds.keep(file.round.clone());
        return Ok(done(rounds, How::Unchanged, "Jobma tells no ratings"));
    };
    let opportunity = profile::id(&file.opportunity)?;
    match write(cx, settings, &opportunity, file, &evaluation).await {
        Ok(Ok(())) => {
            rounds.keep(file.round.clone());
            Ok(done(rounds, How::Updated, "what reviewers think is on the profile"))
        }
        Ok(Err(hold)) => Ok(Outcome::Hold(hold)),
        Err(failure) => profile::refused(NAME, &failure),
    }
}

async fn write(
    cx: &Cx<'_>,
    settings: &Settings,
    opportunity: &OpportunityId,
    file: &FileResults,
    evaluation: &Evaluation,
) -> Result<Result<(), Hold>, Failure> {
    if settings.write_ratings {
        for review in &evaluation.reviews {
            profile::note(cx, opportunity, &sentence(review), PerformAs::default()).await?;
        }
    }
    if settings.write_feedback {
        let Some(template) = template(cx).await? else { return Ok(Err(no_template())) };
        // By these feedback is found again; without them it would be given twice.
        if let Some(lacks) = [REVIEWER, WHERE].into_iter().find(|text| !template.fields.iter().any(|field| field.text == *text)) {
            return Ok(Err(no_question(lacks)));
        }
        let there = all(cx, opportunity).await?;
        for review in &evaluation.reviews {
            let Some(user) = user(cx, opportunity, &review.email).await? else { return Ok(Err(nobody(&review.name))) };
            feedback(cx, opportunity, &template, &there, file, review, user).await?;
        }
    }
    if settings.attach_report {
        let first = evaluation.reviews.first().map(|review| review.email.as_str()).unwrap_or_default();
        let Some(user) = user(cx, opportunity, first).await? else { return Ok(Err(nobody(NAME))) };
        attach(cx, opportunity, file, user).await?;
    }
    Ok(Ok(()))
}

/// What a note says of one reviewer.
fn sentence(review: &Review) -> String {
    let words = recommended(&review.recommendation);
    let comment = review.comment.trim();
    let end = if comment.is_empty() { String::new() } else { format!("\n{comment}") };
    format!("{NAME}: {} gives {} of 5. {words}.{end}", review.name.trim(), review.stars)
}

fn recommended(value: &str) -> &'static str {
    match value {
        "yes" => "Go on with them",
        "no" => "Do not go on",
        _ => "Not sure",
    }
}

/// Lever's four scores from a recommendation, which counts first, and five stars.
pub fn score(review: &Review) -> &'static str {
    let [strong_yes, yes, no, strong_no] = SCORES;
    match (review.recommendation.as_str(), review.stars) {
        ("yes", 5..) => strong_yes,
        ("yes", _) => yes,
        ("no", ..=1) => strong_no,
        ("no", _) => no,
        (_, 4..) => yes,
        _ => no,
    }
}

/// On whose behalf it is written: the reviewer, if Lever knows the address, or else the candidate's owner.
async fn user(cx: &Cx<'_>, opportunity: &OpportunityId, email: &str) -> Result<Option<PerformAs>, Failure> {
    let known = |id: &str| id.parse::<UserId>().ok().map(|id| PerformAs { perform_as: Some(id) });
    if !email.is_empty() {
        let query = UserFilter { email: vec![email.to_owned()], ..UserFilter::default() };
        if let Some(user) = cx.lever.send(ListUsers { query, body: Nothing }).await?.data.first() {
            return Ok(known(&user.id));
        }
    }
    let o = cx.lever.send(GetOpportunity { opportunity: opportunity.clone(), query: View::default(), body: Nothing }).await?.data;
    Ok(reference(&o.owner).and_then(known))
}

/// The template, made if it is not there: for everybody who writes feedback in this moment, once.
async fn template(cx: &Cx<'_>) -> Result<Option<FeedbackTemplate>, Failure> {
    let read = async || {
        if let Some(there) = oldest(cx).await? {
            return Ok(Some(there));
        }
        let field = |kind: &str, text: &str| FormField { kind: kind.to_owned(), text: text.to_owned(), ..FormField::default() };
        let fields = vec![
            FormField { required: true, ..field(SCORE_SYSTEM, "Rating") },
            field("text", REVIEWER),
            field("text", RECOMMENDATION),
            field("textarea", COMMENT),
            field("text", WHERE),
        ];
        let instructions = Some("Filled in by itself with what reviewers think of a video interview.".to_owned());
        let body = NewFeedbackTemplate { text: Some(TEMPLATE.to_owned()), instructions, fields, ..NewFeedbackTemplate::default() };
        let made = cx.lever.send(CreateFeedbackTemplate { query: Nothing, body }).await?.data;
        // Another may have made one at the same moment: then the older is everybody's.
        let oldest = oldest(cx).await?;
        if oldest.as_ref().is_some_and(|oldest| oldest.id != made.id)
            && let Ok(id) = made.id.parse()
        {
            cx.lever.send(DeleteFeedbackTemplate { feedback_template: id, query: Nothing, body: Nothing }).await?;
        }
        Ok::<_, Failure>(oldest)
    };
    let found = cx.memo.read("jobma feedback template", Good::For(KNOWN_FOR), read).await?;
    Ok((*found).clone())
}

async fn oldest(cx: &Cx<'_>) -> Result<Option<FeedbackTemplate>, Failure> {
    let mut found: Vec<FeedbackTemplate> = Vec::new();
    let mut query = Listing::default();
    loop {
        let page = cx.lever.send(ListFeedbackTemplates { query: query.clone(), body: Nothing }).await?;
        found.extend(page.data.into_iter().filter(|template| template.text.trim() == TEMPLATE));
        match page.next.filter(|_| page.has_next == Some(true)) {
            Some(next) => query = query.at(next),
            None => break,
        }
    }
    Ok(found.into_iter().min_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id))))
}

/// The feedback on a candidate.
async fn all(cx: &Cx<'_>, opportunity: &OpportunityId) -> Result<Vec<Feedback>, Failure> {
    let (mut found, mut query) = (Vec::new(), Listing::default());
    loop {
        let page = cx.lever.send(ListFeedback { opportunity: opportunity.clone(), query: query.clone(), body: Nothing }).await?;
        found.extend(page.data);
        match page.next.filter(|_| page.has_next == Some(true)) {
            Some(next) => query = query.at(next),
            None => return Ok(found),
        }
    }
}

/// What was answered to a question.
fn said<'a>(fields: &'a [FormField], text: &str) -> &'a Value {
    fields.iter().find(|field| field.text == text).map_or(&Value::Null, |field| &field.value)
}

/// Gives feedback in a reviewer's name, or changes what was given.
async fn feedback(
    cx: &Cx<'_>,
    opportunity: &OpportunityId,
    template: &FeedbackTemplate,
    there: &[Feedback],
    file: &FileResults,
    review: &Review,
    user: PerformAs,
) -> Result<(), Failure> {
    // By it feedback is found again.
    let reviewer = format!("{} ({})", review.name.trim(), if review.email.is_empty() { &review.reviewer } else { &review.email });
    // Questions a person took out of the template are not answered.
    let answers = |fields: &[FormField]| {
        let value = |field: &FormField| match field.text.as_str() {
            _ if field.kind == SCORE_SYSTEM => Some(json!(score(review))),
            REVIEWER => Some(json!(reviewer)),
            RECOMMENDATION => Some(json!(format!("{} ({} of 5)", recommended(&review.recommendation), review.stars))),
            COMMENT => Some(json!(review.comment)),
            WHERE => Some(json!(file.results_url)),
            _ => None,
        };
        fields.iter().filter_map(|field| Some(FieldValue { id: field.id.clone(), value: value(field)? })).collect::<Vec<_>>()
    };
    let ours = |given: &&Feedback| said(&given.fields, REVIEWER) == &json!(reviewer) && said(&given.fields, WHERE) == &json!(file.results_url);
    let Some(given) = there.iter().find(ours) else {
        let (values, completed_at) = (answers(&template.fields), Some(review.at));
        let body = NewFeedback { base_template_id: Some(template.id.clone()), field_values: values, completed_at, ..NewFeedback::default() };
        let given = cx.lever.send(CreateFeedback { opportunity: opportunity.clone(), query: user, body }).await;
        if given.as_ref().is_err_and(|failure| failure.status() == Some(400)) {
            // The template may be gone: the next try reads it anew.
            cx.memo.forget();
        }
        return given.map(drop);
    };
    let values = answers(&given.fields);
    if values.iter().all(|value| given.fields.iter().any(|field| field.id == value.id && field.value == value.value)) {
        return Ok(());
    }
    let id = given.id.parse().map_err(|_| Failure::Blocked(format!("{:?} is no feedback id", given.id)))?;
    let body = FeedbackChange { field_values: values, completed_at: Some(review.at) };
    cx.lever.send(UpdateFeedback { opportunity: opportunity.clone(), feedback: id, query: user, body }).await.map(drop)
}

/// Attaches the summary, and takes those away that it replaces.
async fn attach(cx: &Cx<'_>, opportunity: &OpportunityId, file: &FileResults, user: PerformAs) -> Result<(), Failure> {
    let Some(report) = wire::report(cx.partner, &file.round.token).await? else { return Ok(()) };
    let name = file_name(&file.round);
    let body = WithFiles::one(Attachment { name: name.clone(), ..report });
    let made = cx.lever.send(UploadFile { opportunity: opportunity.clone(), query: user.clone(), body }).await?.data;
    drop_files(cx, opportunity, &name, Some(&made.id), &user).await
}

/// Deletes the files of this name, but for one.
async fn drop_files(cx: &Cx<'_>, opportunity: &OpportunityId, name: &str, but: Option<&str>, user: &PerformAs) -> Result<(), Failure> {
    let mut old: Vec<File> = Vec::new();
    let mut query = FileFilter::default();
    loop {
        let page = cx.lever.send(ListFiles { opportunity: opportunity.clone(), query: query.clone(), body: Nothing }).await?;
        old.extend(page.data.into_iter().filter(|there| there.name == name && Some(there.id.as_str()) != but));
        match page.next.filter(|_| page.has_next == Some(true)) {
            Some(next) => query = query.at(next),
            None => break,
        }
    }
    for old in old {
        if let Ok(id) = old.id.parse() {
            cx.lever.send(DeleteFile { opportunity: opportunity.clone(), file: id, query: user.clone(), body: Nothing }).await?;
        }
    }
    Ok(())
}

/// Takes back what was brought of an interview of which nothing is left: link, feedback, summary. Notes are what reviewers said.
pub async fn forget(cx: &Cx<'_>, opportunity: &OpportunityId, round: &Round) -> Result<(), Failure> {
    if !round.link.is_empty() {
        let body = Links { links: vec![round.link.clone()] };
        cx.lever.send(RemoveLinks { opportunity: opportunity.clone(), query: PerformAs::default(), body }).await?;
    }
    match forget_results(cx, opportunity, round).await {
        // Where we may not look, we have written nothing.
        Err(failure) if failure.status() == Some(403) => Ok(()),
        other => other,
    }
}

async fn forget_results(cx: &Cx<'_>, opportunity: &OpportunityId, round: &Round) -> Result<(), Failure> {
    // Somebody must be named; whoever gave the feedback will do, and else whose candidate it is, or anybody.
    let user = match user(cx, opportunity, "").await? {
        Some(user) => user,
        None => {
            let query = UserFilter { limit: Some(1), ..UserFilter::default() };
            let anybody = cx.lever.send(ListUsers { query, body: Nothing }).await?.data.into_iter().next();
            PerformAs { perform_as: anybody.and_then(|user| user.id.parse().ok()) }
        }
    };
    let ends = format!("/{}", round.token);
    let ours = |given: &&Feedback| given.text == TEMPLATE && said(&given.fields, WHERE).as_str().is_some_and(|url| url.ends_with(&ends));
    for given in all(cx, opportunity).await?.iter().filter(ours) {
        if let Ok(feedback) = given.id.parse() {
            cx.lever.send(DeleteFeedback { opportunity: opportunity.clone(), feedback, query: user.clone(), body: Nothing }).await?;
        }
    }
    drop_files(cx, opportunity, &file_name(round), None, &user).await
}

/// What the summary is called on the profile.
fn file_name(round: &Round) -> String {
    format!("{NAME} interview {}.pdf", round.about)
}

fn nobody(who: &str) -> Hold {
    Hold::new(
        "Feedback in Lever needs somebody who gives it",
        format!(
            "{who} has no account in Lever by the same e-mail, and the candidate has no owner in whose name it could be written. A recruiter can give the candidate an owner in Lever, then release."
        ),
    )
}

fn no_question(text: &str) -> Hold {
    Hold::new(
        "The feedback template lacks a question",
        format!("The template \"{TEMPLATE}\" in Lever has no question \"{text}\", by which feedback is found again. Somebody who may change templates can add it as a text, then release; or switch feedback off in the settings."),
    )
}

fn no_template() -> Hold {
    Hold::new(
        "The feedback template is gone",
        format!("The template \"{TEMPLATE}\" was made in Lever and is not there any more. Release to have it made again, or switch feedback off in the settings."),
    )
}
