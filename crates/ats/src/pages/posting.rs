//! One posting: what it says, how it stands, writing and changing it, publishing, closing, deleting.

use super::Viewer;
use crate::Ats;
use crate::people::Right;
use crate::posting_writes::plain;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use lever_api::{Categories, Posting, PostingChange, SalaryRange, reference};
use serde_json::{Value, json};
use web::{Fields, Markup, PreEscaped, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new()
        .route("/postings/new", get(new).post(create))
        .route("/postings/{id}", get(show))
        .route("/postings/{id}/edit", get(edit).post(change))
        .route("/postings/{id}/state", post(state))
        .route("/postings/{id}/delete", post(delete))
}

const WORKPLACES: [(&str, &str); 3] = [("onsite", "On-site"), ("hybrid", "Hybrid"), ("remote", "Remote")];
const INTERVALS: [(&str, &str); 5] = [
    ("per-year-salary", "a year"),
    ("per-month-salary", "a month"),
    ("per-week-wage", "a week"),
    ("per-day-wage", "a day"),
    ("per-hour-wage", "an hour"),
];

fn at(posting: &str) -> String {
    format!("/postings/{posting}")
}

/// Where a posting can go from where it stands: the state, what the button says.
fn ways(state: &str) -> &'static [(&'static str, &'static str)] {
    match state {
        "published" => &[("internal", "Unlist"), ("closed", "Close")],
        "internal" => &[("published", "Publish"), ("closed", "Close")],
        "closed" => &[("published", "Publish again")],
        _ => &[("published", "Publish"), ("internal", "Publish unlisted")],
    }
}

/// As people call a state.
pub fn state_badge(state: &str) -> Markup {
    let tone = match state {
        "published" => "good",
        "internal" | "pending" => "wait",
        _ => "plain",
    };
    ui::badge(tone, if state == "internal" { "unlisted" } else { state })
}

impl Viewer {
    /// A posting this person may see.
    pub async fn posting(&self, id: &str) -> Result<Posting, Problem> {
        self.need_jobs()?;
        let found = self.ats.postings_by_id(&[id.to_owned()]).await?.pop();
        found.filter(|posting| self.sees_posting(posting)).ok_or_else(Problem::not_found)
    }
}

async fn show(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let posting = viewer.posting(&id).await?;
    let may = viewer.person.may(Right::ManagePostings);
    let people = viewer.ats.people().await?;
    let person = |value: &Value| people.iter().find(|user| Some(user.id.as_str()) == reference(value)).map_or("nobody", |user| &user.name).to_owned();
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".to_owned());
    let c = &posting.categories;
    let actions = html! {
        @if may {
            @for (state, label) in ways(&posting.state) {
                form.inline method="post" action=(format!("{}/state", at(&id))) {
                    input type="hidden" name="state" value=(state);
                    button.main[*state == "published"] type="submit" { (label) }
                }
            }
            a.button href=(format!("{}/edit", at(&id))) { "Edit" }
        }
    };
    let main = html! {
        (ui::heading(&posting.text, "", &actions))
        div.grid.wide {
            section.card {
                h2 { "Job" }
                (ui::facts(&[
                    ("State", state_badge(&posting.state)),
                    ("Department", html! { (text(&c.department)) }),
                    ("Team", html! { (text(&c.team)) }),
                    ("Locations", html! { (if c.all_locations.is_empty() { text(&c.location) } else { c.all_locations.join(", ") }) }),
                    ("Work type", html! { (text(&c.commitment)) }),
                    ("Owner", html! { (person(&posting.owner)) }),
                    ("Hiring manager", html! { (person(&posting.hiring_manager)) }),
                    ("Requisitions", html! { (if posting.requisition_codes.is_empty() { "none".to_owned() } else { posting.requisition_codes.join(", ") }) }),
                    ("Posting id", html! { code { (posting.id) } }),
                ]))
                @if posting.confidentiality == "confidential" { p.warn { "Confidential: only who works on it sees it, and integrations that were given access." } }
                div.actions {
                    a.button href=(format!("/candidates?posting={id}")) { "Candidates" }
                    @if may { a.button href=(format!("{}/questions", at(&id))) { "Questions" } }
                    @if posting.state == "published" { a.button href=(posting.urls["show"].as_str().unwrap_or_default()) { "On the job site" } }
                }
                @if may { (ui::sure(&format!("{}/delete", at(&id)), "Delete", "It leaves all lists for good. A posting somebody applied to can only be closed.", "Delete this posting")) }
            }
            section.card { h2 { "Advertisement" } (PreEscaped(ammonia::clean(posting.content["descriptionHtml"].as_str().unwrap_or_default()))) }
        }
    };
    viewer.page(&posting.text, main).await
}

async fn new(viewer: Viewer) -> Result<Html<String>, Problem> {
    viewer.need(Right::ManagePostings)?;
    form(&viewer, None, &Fields::default(), None).await
}

async fn edit(viewer: Viewer, Path(id): Path<String>) -> Result<Html<String>, Problem> {
    let posting = viewer.posting(&id).await?;
    viewer.need(Right::ManagePostings)?;
    form(&viewer, Some(&posting), &typed(&posting), None).await
}

/// A posting as its form has it.
fn typed(posting: &Posting) -> Fields {
    let c = &posting.categories;
    let range: Option<SalaryRange> = posting.rest.get("salaryRange").and_then(|range| serde_json::from_value(range.clone()).ok());
    let some = |value: &Option<String>| value.clone().unwrap_or_default();
    let id = |value: &Value| reference(value).unwrap_or_default().to_owned();
    let mut pairs = vec![
        ("text", posting.text.clone()),
        ("team", format!("{}\u{1f}{}", some(&c.department), some(&c.team))),
        ("commitment", some(&c.commitment)),
        ("workplace", some(&posting.workplace_type)),
        ("owner", id(&posting.owner)),
        ("manager", id(&posting.hiring_manager)),
        ("codes", posting.requisition_codes.join(", ")),
        ("description", posting.content["descriptionHtml"].as_str().unwrap_or_default().to_owned()),
        ("country", some(&posting.country)),
    ];
    pairs.extend(c.location.iter().chain(&c.all_locations).map(|location| ("location", location.clone())));
    if let Some(range) = range {
        pairs.extend([("min", range.min.to_string()), ("max", range.max.to_string()), ("currency", range.currency), ("interval", range.interval)]);
    }
    Fields::new(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

async fn form(viewer: &Viewer, posting: Option<&Posting>, typed: &Fields, why: Option<&str>) -> Result<Html<String>, Problem> {
    let ats = &viewer.ats;
    let none = |text: &str| (String::new(), text.to_owned());
    let names =
        |names: Vec<String>, text: &str| std::iter::once(none(text)).chain(names.into_iter().map(|name| (name.clone(), name))).collect::<Vec<_>>();
    let mut teams = vec![none("No team")];
    for department in ats.departments().await? {
        let of = |team: &str| format!("{}\u{1f}{team}", department.name);
        let named = if department.name.is_empty() { "No department" } else { &department.name };
        teams.push((of(""), named.to_owned()));
        teams.extend(department.teams.iter().map(|team| (of(team), format!("{named} · {team}"))));
    }
    let people = viewer.people_to_choose(&[typed.get("owner"), typed.get("manager")]).await?;
    let words = |pairs: &[(&str, &str)]| pairs.iter().map(|(value, text)| ((*value).to_owned(), (*text).to_owned())).collect::<Vec<_>>();
    let locations = ats.names("location").await?;
    let to = posting.map_or_else(|| "/postings/new".to_owned(), |posting| format!("{}/edit", at(&posting.id)));
    let title = if posting.is_some() { "Edit posting" } else { "New posting" };
    let main = html! {
        section.card.middle {
            h1 { (title) }
            @if let Some(why) = why { p.error role="alert" { (why) } }
            form.fields method="post" action=(to) {
                (ui::field("Title", "text", "text", typed.get("text"), true))
                (ui::choice("Department and team", "team", &teams, typed.get("team")))
                fieldset {
                    legend { "Locations" }
                    @if locations.is_empty() { p.hint { "There are none yet: add them under Settings > Company." } }
                    @for location in &locations {
                        label.tick { input type="checkbox" name="location" value=(location) checked[typed.all("location").any(|l| l == location)]; span { (location) } }
                    }
                }
                (ui::choice("Work type", "commitment", &names(ats.names("work_type").await?, "Not set"), typed.get("commitment")))
                (ui::choice("Workplace", "workplace", &[vec![none("Not said")], words(&WORKPLACES)].concat(), typed.get("workplace")))
                (ui::field("Country (two letters)", "country", "text", typed.get("country"), false))
                (ui::choice("Owner", "owner", &people, typed.some("owner").as_deref().unwrap_or(&viewer.person.user.id)))
                (ui::choice("Hiring manager", "manager", &people, typed.get("manager")))
                (ui::field("Requisition codes, divided by commas", "codes", "text", typed.get("codes"), false))
                label.field {
                    span { "Description" }
                    textarea name="description" rows="10" { (typed.get("description")) }
                    small.hint { "Plain text, or simple HTML. Scripts, pictures and styles are taken out." }
                }
                fieldset {
                    legend { "Pay (all four, or none)" }
                    (ui::field("From", "min", "number", typed.get("min"), false))
                    (ui::field("To", "max", "number", typed.get("max"), false))
                    (ui::field("Currency (three letters)", "currency", "text", typed.get("currency"), false))
                    (ui::choice("Per", "interval", &words(&INTERVALS), typed.get("interval")))
                }
                @if posting.is_none() {
                    label.tick {
                        input type="checkbox" name="confidential" value="yes";
                        span { "Confidential: cannot be changed later. Its candidates and requisitions are confidential too." }
                    }
                }
                div.actions { button.main type="submit" { "Save" } a.button href=(posting.map_or_else(|| "/postings".to_owned(), |p| at(&p.id))) { "Cancel" } }
            }
        }
    };
    viewer.page(title, main).await
}

/// What was typed. The sentence says what cannot be.
fn read(typed: &Fields) -> Result<PostingChange, String> {
    let text = typed.some("text").ok_or("The title is missing.")?;
    let number = |name: &str| typed.some(name).map(|text| text.parse::<f64>().map_err(|_| format!("{text} is not a number."))).transpose();
    let salary_range = match (number("min")?, number("max")?, typed.some("currency")) {
        (None, None, None) => None,
        (Some(min), Some(max), Some(currency)) if min <= max && max.is_finite() && min >= 0.0 && currency.len() == 3 => {
            Some(SalaryRange { min, max, currency: currency.to_uppercase(), interval: typed.get("interval").to_owned() })
        }
        _ => return Err("Pay needs from, to that is not below it, and a currency of three letters; or leave all empty.".to_owned()),
    };
    if typed.some("country").is_some_and(|country| country.len() != 2 || !country.bytes().all(|b| b.is_ascii_alphabetic())) {
        return Err("A country is written with two letters: DE.".to_owned());
    }
    let user = |name: &str| typed.some(name).map(|id| id.parse().map_err(|_| "That person is not in the list.".to_owned())).transpose();
    let (department, team) = typed.get("team").split_once('\u{1f}').unwrap_or_default();
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let all_locations: Vec<String> = typed.all("location").map(str::to_owned).collect();
    Ok(PostingChange {
        text: Some(text),
        owner: user("owner")?,
        hiring_manager: user("manager")?,
        categories: Some(Categories {
            department: some(department),
            team: some(team),
            location: all_locations.first().cloned(),
            all_locations,
            commitment: typed.some("commitment"),
            ..Categories::default()
        }),
        workplace_type: typed.some("workplace").filter(|kind| WORKPLACES.iter().any(|(known, _)| known == kind)),
        requisition_codes: Some(typed.get("codes").split(',').map(|code| code.trim().to_owned()).filter(|code| !code.is_empty()).collect()),
        salary_range,
        ..PostingChange::default()
    })
}

/// What was typed as the text of the advertisement: HTML without what could run, or plain text with its lines.
fn described(before: &Value, text: &str) -> Value {
    let html = if text.contains('<') {
        ammonia::clean(text)
    } else {
        html! { @for line in text.lines() { div { @if line.trim().is_empty() { br; } @else { (line) } } } }.into_string()
    };
    let mut content = before.clone();
    content["description"] = json!(plain(&html));
    content["descriptionHtml"] = json!(html);
    content
}

async fn save(viewer: &Viewer, mut posting: Posting, known: bool, typed: &Fields) -> Result<Response, Problem> {
    let mut change = match read(typed) {
        Ok(change) => change,
        Err(why) => return Ok(form(viewer, known.then_some(&posting), typed, Some(&why)).await?.into_response()),
    };
    let (before, now) = (posting.content["descriptionHtml"].as_str().unwrap_or_default().trim(), typed.get("description"));
    // What nobody touched stays letter by letter.
    if before.replace("\r\n", "\n") != now.replace("\r\n", "\n") {
        posting.content = described(&posting.content, now);
    }
    posting.country = typed.some("country").map(|country| country.to_uppercase());
    // What was emptied is gone; a change over the API leaves what it does not name.
    if change.salary_range.is_none() {
        posting.rest.remove("salaryRange");
    }
    if change.hiring_manager.is_none() {
        posting.hiring_manager = Value::Null;
    }
    if change.workplace_type.is_none() {
        posting.workplace_type = Some("unspecified".to_owned());
    }
    if let Some(categories) = &mut change.categories {
        categories.level = posting.categories.level.clone();
    }
    let saved = viewer.ats.change_posting(posting, change).await?.data;
    viewer.done("Saved.", &at(&saved.id)).await
}

async fn create(viewer: Viewer, typed: Fields) -> Result<Response, Problem> {
    viewer.need(Right::ManagePostings)?;
    let mut posting = viewer.ats.blank_posting(&viewer.person.user.id);
    if typed.is_on("confidential") {
        posting.confidentiality = "confidential".to_owned();
    }
    save(&viewer, posting, false, &typed).await
}

async fn change(viewer: Viewer, Path(id): Path<String>, typed: Fields) -> Result<Response, Problem> {
    let posting = viewer.posting(&id).await?;
    viewer.need(Right::ManagePostings)?;
    save(&viewer, posting, true, &typed).await
}

async fn state(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let posting = viewer.posting(&id).await?;
    viewer.need(Right::ManagePostings)?;
    let Some((state, _)) = ways(&posting.state).iter().find(|(state, _)| *state == fields.get("state")) else {
        return Err(Problem::bad_request("The posting is in another state by now.").way_on("Back", at(&id)));
    };
    let confidential = posting.confidentiality == "confidential";
    viewer.ats.change_posting(posting, PostingChange { state: Some((*state).to_owned()), ..PostingChange::default() }).await?;
    let said = match *state {
        "published" if confidential => "Published inside: it is confidential, so it stands on no job site.",
        "published" => "Published: everybody can read it and apply.",
        "internal" => "Unlisted: whoever has its address can apply.",
        _ => "Closed: nobody can apply any more.",
    };
    viewer.done(said, &at(&id)).await
}

async fn delete(viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    viewer.posting(&id).await?;
    viewer.need(Right::ManagePostings)?;
    if viewer.ats.delete_posting(&id, &viewer.person.user.id).await? {
        return viewer.done("Deleted.", "/postings").await;
    }
    Err(Problem::bad_request("Somebody applied to this posting, so it cannot be deleted. Close it instead.").way_on("Back", at(&id)))
}
