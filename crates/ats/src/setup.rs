//! What every account has from the start: the pipeline, the archive reasons, the event switches.

use clock::Clock;
use db::{Db, Result, Sql, params};
use lever_api::event::Event;

/// The five system stages with their words for ids, and the usual ones between.
const STAGES: [(&str, &str, &str); 9] = [
    ("lead-new", "New lead", "lead"),
    ("lead-reached-out", "Reached out", "lead"),
    ("lead-responded", "Responded", "lead"),
    ("applicant-new", "New applicant", "applicant"),
    ("", "Recruiter screen", "screen"),
    ("", "Phone interview", "onsite"),
    ("", "On-site interview", "onsite"),
    ("", "Reference check", "onsite"),
    ("offer", "Offer", "offer"),
];

/// Whether every account has this stage.
pub fn is_system_stage(id: &str) -> bool {
    STAGES.iter().any(|(known, ..)| !known.is_empty() && *known == id)
}

const REASONS: [(&str, &str); 10] = [
    ("Hired", "hired"),
    ("Underqualified", "non-hired"),
    ("Withdrew", "non-hired"),
    ("Offer declined", "non-hired"),
    ("Timing", "non-hired"),
    ("Position filled", "non-hired"),
    ("Position closed", "non-hired"),
    ("Future hire", "non-hired"),
    ("No response", "non-hired"),
    ("Compensation", "non-hired"),
];

/// Fills an empty database.
pub(crate) async fn first_start(db: &Db, clock: &Clock) -> Result<()> {
    let tx = db.begin().await?;
    if tx.row("select id from account", vec![]).await?.is_some() {
        return Ok(());
    }
    let fresh = || uuid::Uuid::new_v4().to_string();
    tx.run(
        "insert into account (id, name, package, created_at) values ($1, $2, $3, $4)",
        params![fresh(), "My company", "LeverTRM for Enterprise", clock.now().0],
    )
    .await?;
    for (position, (id, text, section)) in STAGES.into_iter().enumerate() {
        let id = if id.is_empty() { fresh() } else { id.to_owned() };
        let position = i64::try_from(position).unwrap_or(0);
        tx.run("insert into stage (id, text, section, position) values ($1, $2, $3, $4)", params![id, text, section, position]).await?;
    }
    for (position, (text, kind)) in REASONS.into_iter().enumerate() {
        let position = i64::try_from(position).unwrap_or(0);
        tx.run(
            "insert into archive_reason (id, text, status, kind, position) values ($1, $2, 'active', $3, $4)",
            params![fresh(), text, kind, position],
        )
        .await?;
    }
    for event in Event::ALL {
        tx.run("insert into event_switch (event, is_on) values ($1, $2)", params![event.wire(), false]).await?;
    }
    tx.commit().await
}
