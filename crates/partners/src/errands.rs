//! What the partner apps do by themselves: letters, notices, reminders, forgetting what is old.

use crate::{Partners, findem, job_ring, jobma};
use outbound::Wire;
use pipeline::{Ending, Handler, Item, Tried};
use std::time::Duration;

/// Reminders go out at eight wherever somebody is, so every hour is eight somewhere.
const REMIND: &str = "remind/3600";
/// History and letters are forgotten by age, once a day.
const PRUNE: &str = "prune/86400";
/// For so long they are kept.
const KEPT: Duration = Duration::from_secs(90 * 86_400);
/// Of the work that is nobody's in particular.
const ALL_APPS: &str = "apps";

/// Does them.
pub struct Errands(pub Partners);

/// What happens again and again. What is there already keeps its time.
pub(crate) async fn schedule(partners: &Partners) -> db::Result<()> {
    let now = partners.clock.now();
    for name in [REMIND, PRUNE] {
        if pipeline::next_due(&partners.db, ALL_APPS, "", name).await?.is_none() {
            pipeline::set(&partners.db, ALL_APPS, "", name, pipeline::next(name, now).unwrap_or(now)).await?;
        }
    }
    Ok(())
}

impl Errands {
    async fn one(&self, item: &Item, wire: &Wire) -> db::Result<(Ending, bool)> {
        let partners = &self.0;
        match item.kind.as_str() {
            post::LETTER => partners.letters.send(item).await,
            // A receiver that wants no more has said so; there is nobody here to tell.
            post::NOTICE => partners.notices.send(item, wire).await.map(|(ending, _)| (ending, false)),
            REMIND => {
                partners.remind().await?;
                partners.mind_interviews().await?;
                partners.mind_referrals().await?;
                partners.mind_applications().await?;
                Ok((Ending::Decided(Vec::new()), false))
            }
            job_ring::HINT => partners.hint_at_referral(item, wire).await.map(|ending| (ending, false)),
            findem::HINT => partners.hint_at_wish(item, wire).await.map(|ending| (ending, false)),
            findem::LETTER_LATER => partners.write_to_rejected(item).await.map(|ending| (ending, false)),
            jobma::TELL => partners.tell_of_interview(item, wire).await.map(|ending| (ending, false)),
            PRUNE => {
                let before = partners.clock.now().minus(KEPT);
                pipeline::prune(&partners.db, before, false).await?;
                partners.letters.prune(before).await?;
                partners.forget_old_recordings().await?;
                Ok((Ending::Decided(Vec::new()), false))
            }
            other => Ok((Ending::GiveUp { why: format!("The work {other:?} was stored by another version.") }, false)),
        }
    }
}

impl Handler for Errands {
    type Note = ();

    async fn handle(&self, item: Item) -> Tried {
        let wire = Wire::default();
        let (ending, perhaps) = self.one(&item, &wire).await.unwrap_or_else(|e| (Ending::Retry { after: None, why: e.to_string() }, false));
        Tried { exchanges: wire.json(), perhaps, ..ending.into() }
    }

    fn written(&self) {
        self.0.lobby.changed();
    }
}
