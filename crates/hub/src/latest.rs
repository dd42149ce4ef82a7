//! The latest hires, as Lever tells of them: what a field map is tried on.

use crate::Hub;
use crate::connections::Connection;
use crate::read::{REASONS, Reader, makes_a_hire};
use clock::Tick;
use connector::{Good, More, Seen};
use lever_api::{OpportunityFilter, OpportunityId};
use outbound::{Failure, Urgency, Wire};
use std::sync::Arc;
use std::time::Duration;

/// How many.
const LATEST: usize = 10;
/// Typing an expression tries it many times; the people stay the same.
const REMEMBERED: Good = Good::For(Duration::from_secs(30));

impl Hub {
    /// The ten hired last, with `more` than is usual, read at most twice a minute.
    pub(crate) async fn latest_hires(&self, connection: &Connection, more: &[More]) -> Result<Arc<Vec<Seen>>, Failure> {
        let memo = self.memo(connection);
        let read = async || {
            let lever = self.lever(connection, Urgency::Later, &Wire::default());
            let reader = Reader { lever: &lever, memo: &memo, asked: Tick::next(), more };
            let reasons = reader.reasons(REASONS).await?;
            let archive_reason_id: Vec<String> = reasons.values().filter(|reason| makes_a_hire(reason)).map(|reason| reason.id.clone()).collect();
            if archive_reason_id.is_empty() {
                return Ok(Vec::new());
            }
            let mut people = Vec::new();
            // The newest month that has ten; Lever's list cannot be sorted.
            for days in [30, 365] {
                let since = self.clock.now().minus(Duration::from_secs(days * 86_400)).0;
                let filter = OpportunityFilter {
                    archived: Some(true),
                    archive_reason_id: archive_reason_id.clone(),
                    archived_at_start: Some(since),
                    limit: Some(100),
                    ..OpportunityFilter::default()
                };
                people = reader.people(filter).await?.data;
                if people.len() >= LATEST {
                    break;
                }
            }
            people.sort_by_key(|o| std::cmp::Reverse(o.archived.as_ref().and_then(|a| a.archived_at)));
            let ids: Vec<OpportunityId> = people.into_iter().take(LATEST).filter_map(|o| o.id.parse().ok()).collect();
            let seen = futures_util::future::try_join_all(ids.iter().map(|id| reader.truth(id))).await?;
            Ok::<_, Failure>(seen.into_iter().flatten().collect())
        };
        memo.read(&format!("latest hires {more:?}"), REMEMBERED, read).await
    }
}
