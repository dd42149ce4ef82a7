//! Whoever was referred leaves: they decline, do not answer, are taken back, or are deleted in the applicant tracking system. That there
//! was a referral stays; nothing of them does.

use super::APP;
use super::program::{EXPIRED, WITHDRAWN};
use super::referrals::{note, take_turn};
use crate::Partners;
use clock::Ms;
use db::{Sql, Tx, params};
use job_ring_api::Change;

impl Partners {
    /// Whoever is referred does not want it, or did not answer.
    pub(super) async fn decline(&self, id: &str, late: bool) -> db::Result<bool> {
        let tx = self.db.begin().await?;
        take_turn(&tx).await?;
        let sql = "update jr_referral set sending = 'over' where id = $1 and sending = 'consent' returning email";
        let Some(row) = tx.row(sql, params![id]).await? else { return Ok(false) };
        let (status, because) = if late { (EXPIRED, "they did not answer") } else { (WITHDRAWN, "they do not want to be referred") };
        self.leaves(&tx, id, &row.text("email")?, status, because).await?;
        tx.commit().await?;
        self.is_gone(id).await?;
        if !late {
            self.db.scrub().await?;
        }
        Ok(true)
    }

    /// Those who did not answer in time.
    pub(crate) async fn mind_referrals(&self) -> db::Result<()> {
        let sql = "select id from jr_referral where sending = 'consent' and consent_until <= $1 limit 1000";
        let late = self.db.rows(sql, params![self.clock.now().0]).await?;
        for row in &late {
            self.decline(&row.text("id")?, true).await?;
        }
        if !late.is_empty() {
            self.db.scrub().await?;
        }
        self.ripen().await
    }

    /// An admin takes a referral back that is not in the applicant tracking system. Whether it was not.
    pub(super) async fn take_back(&self, id: &str, by: &str) -> db::Result<bool> {
        let tx = self.db.begin().await?;
        take_turn(&tx).await?;
        let sql = "update jr_referral set sending = 'over' \
                   where id = $1 and sending in ('consent', 'waiting') and opportunity = '' and removed_at is null returning email";
        let Some(row) = tx.row(sql, params![id]).await? else { return Ok(false) };
        self.leaves(&tx, id, &row.text("email")?, WITHDRAWN, &format!("taken back by {by}")).await?;
        if let Some(referral) = self.referral(&tx, id).await? {
            self.void(&tx, &referral, "", "the referral was taken back", by).await?;
        }
        tx.commit().await?;
        self.is_gone(id).await?;
        self.db.scrub().await?;
        Ok(true)
    }

    /// They were deleted in the applicant tracking system. What was earned stays earned: it is the referrer's.
    pub(super) async fn forget_person(&self, id: &str) -> db::Result<bool> {
        let (now, tx) = (self.clock.now(), self.db.begin().await?);
        let Some(referral) = self.referral(&tx, id).await? else { return Ok(false) };
        if !referral.removed {
            let at = now.0.max(referral.status_at.0);
            note(&tx, id, WITHDRAWN, Ms(at), "they were removed").await?;
            tx.run("update jr_referral set status = $1, status_at = $2 where id = $3", params![WITHDRAWN, at, id]).await?;
        }
        self.forget_in(&tx, id, now).await?;
        tx.commit().await?;
        self.is_gone(id).await?;
        self.db.scrub().await?;
        Ok(true)
    }

    /// It goes no further. They are forgotten before the referrer is told, so that the letter has no name and is not forgotten with them.
    async fn leaves(&self, tx: &Tx, id: &str, email: &str, status: &str, because: &str) -> db::Result<()> {
        let now = self.clock.now();
        self.forget_in(tx, id, now).await?;
        self.change(tx, id, &Change { status: status.to_owned(), at: now.0, because: because.to_owned() }).await?;
        self.judge_again(tx, email).await
    }

    /// Reasons may name them, or were typed about them: only that there was one is left.
    async fn forget_in(&self, tx: &Tx, id: &str, now: Ms) -> db::Result<()> {
        let sql = "update jr_referral set name = '', email = '', phone = '', linkedin = '', relationship = '', words = '', \
                   resume_name = '', resume_type = '', resume_file = '', trouble = '', opportunity_url = '', consent_digest = '', consent_sealed = '', \
                   consent_until = null, ineligible = case when ineligible = '' then '' else 'The reason was removed with their data.' end, \
                   sending = case when sending = 'sent' then sending else 'over' end, removed_at = coalesce(removed_at, $1), \
                   referrer_name = case when referrer_email = email then '' else referrer_name end, \
                   referrer_email = case when referrer_email = email then '' else referrer_email end where id = $2";
        tx.run(sql, params![now.0, id]).await?;
        tx.run("update jr_payout set why = 'the reason was removed with their data' where referral = $1 and why <> ''", params![id]).await?;
        self.letters.forget(tx, APP, id).await
    }

    /// Their file goes after what names it.
    async fn is_gone(&self, id: &str) -> db::Result<()> {
        self.resumes.forget(id).await?;
        self.referred();
        Ok(())
    }
}
