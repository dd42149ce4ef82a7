//! Finding another profile of the same person, and making the two one.

use super::Viewer;
use super::pipeline_board::name_of;
use crate::Ats;
use crate::people::Right;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::{Html, Response};
use axum::routing::get;
use db::{Clauses, Sql};
use lever_api::{Opportunity, reference};
use serde::Deserialize;
use web::{Fields, Problem, html, ui};

pub fn routes() -> Router<Ats> {
    Router::new().route("/candidates/{id}/merge", get(show).post(merge))
}

/// How many are shown.
const MOST: i64 = 20;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Search {
    q: String,
}

impl Viewer {
    /// Others this person sees whose name or address holds the text; without a text, those of the same name.
    async fn alike(&self, of: &Opportunity, text: &str) -> Result<Vec<Opportunity>, Problem> {
        let mut only = Clauses::default();
        self.sight(&mut only);
        only.is("o.contact_id <>", reference(&of.contact).unwrap_or_default()).and("not c.is_anonymized");
        let text = if text.is_empty() { of.name.trim() } else { text };
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let (q, engine) = (only.bind(text), self.ats.db.engine());
        only.and(format!("({} or {})", engine.contains("c.name", &q), engine.contains("c.emails", &q)));
        Ok(self.ats.opportunities(only, MOST).await?)
    }
}

impl Viewer {
    /// Goes on only if this person sees all there is of that one: what they do not see would change too.
    async fn needs_all_of(&self, opportunity: &Opportunity) -> Result<(), Problem> {
        let mut all = Clauses::default();
        all.is("o.contact_id =", reference(&opportunity.contact).unwrap_or_default());
        let mut mine = all.clone();
        self.sight(&mut mine);
        if self.ats.count_opportunities(all).await? == self.ats.count_opportunities(mine).await? {
            return Ok(());
        }
        let back = format!("/candidates/{}", opportunity.id);
        Err(Problem::forbidden("Only somebody who sees all opportunities of both can merge these two. Ask a Super Admin.")
            .way_on("Back to the profile", back))
    }
}

async fn show(viewer: Viewer, Path(id): Path<String>, Query(search): Query<Search>) -> Result<Html<String>, Problem> {
    let opportunity = viewer.visible(&id).await?;
    viewer.need(Right::ManageProfiles)?;
    let (at, name) = (format!("/candidates/{id}/merge"), name_of(&opportunity));
    let found = viewer.alike(&opportunity, search.q.trim()).await?;
    let main = html! {
        (ui::heading("Merge profiles", &format!("Which other profile is {name} as well?"), &html! { a.button href=(format!("/candidates/{id}")) { "Back to the profile" } }))
        form.inline method="get" action=(at) role="search" {
            (ui::field("Name or e-mail", "q", "search", &search.q, false))
            button type="submit" { "Search" }
        }
        @if found.is_empty() {
            (ui::empty(if search.q.trim().is_empty() { "Nobody else has this name" } else { "Nobody found" }, "Search for a part of the other profile's name or e-mail."))
        } @else {
            section.card {
                ul.list {
                    @for other in &found {
                        li {
                            div {
                                a href=(format!("/candidates/{}", other.id)) { (name_of(other)) }
                                p.soft { (other.emails.join(", ")) @if !other.headline.is_empty() { " · " (other.headline) } }
                            }
                            details.sure {
                                summary { "Merge" }
                                p { "Their opportunities, addresses, phones and links become " (name) "'s. This cannot be undone." }
                                form method="post" action=(at) {
                                    input type="hidden" name="other" value=(other.id);
                                    button.danger type="submit" { "Merge the two" }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    viewer.page("Merge profiles", main).await
}

async fn merge(viewer: Viewer, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let into = viewer.visible(&id).await?;
    viewer.need(Right::ManageProfiles)?;
    let other = viewer.visible(fields.get("other")).await?;
    let contact = |of: &Opportunity| reference(&of.contact).unwrap_or_default().to_owned();
    for one in [&into, &other] {
        viewer.needs_all_of(one).await?;
    }
    let tx = viewer.ats.db.begin().await?;
    viewer.ats.merge_contacts(&tx, &contact(&into), &contact(&other), &viewer.person.user.id).await?;
    tx.commit().await?;
    viewer.ats.committed();
    viewer.done("Merged: the two are one person now.", &format!("/candidates/{id}")).await
}
