//! Whether a referral earns anything: what the rules find, what Lever knows, and what somebody decides by hand.

use super::jobs::Job;
use super::program::{Program, Rule};
use super::referrals::{NewReferral, Referral, SELECT, Sending, read, take_turn};
use crate::Partners;
use clock::Ms;
use db::{Sql, Tx, params};
use std::time::Duration;

/// Whose word it is that a referral may earn, or may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The program's.
    Rules,
    /// The program's too: somebody else referred the same person before.
    Owner,
    /// The applicant tracking system's: it had them already.
    Lever,
    /// An admin's. Nothing but an admin changes it.
    Hand,
}

impl Verdict {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Owner => "owner",
            Self::Lever => "lever",
            Self::Hand => "hand",
        }
    }

    pub fn read(name: &str) -> Self {
        [Self::Owner, Self::Lever, Self::Hand].into_iter().find(|v| v.name() == name).unwrap_or(Self::Rules)
    }
}

/// What was found about a referral.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Why it earns nothing; empty: it may.
    pub why: String,
    pub verdict: Verdict,
}

/// Why a referral is not taken.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// The same person was referred to the same job by the same referrer.
    Again,
    /// Too many came from one address.
    TooMany,
    /// Somebody refers themselves.
    Oneself,
    /// The hiring manager of the job refers.
    Manager,
    /// What was filled in makes no sense, in a sentence.
    Wrong(String),
}

const ONESELF: &str = "Nobody refers themselves. You are welcome to apply on the company's own site.";
const MANAGER: &str = "Whoever decides about a job earns nothing for a referral to it.";

impl Refusal {
    /// The sentence, for somebody who signed in.
    pub fn words(self) -> String {
        match self {
            Self::Again => "You have referred this person to this job already.".to_owned(),
            Self::TooMany => "Too many people were referred from this address within a day.".to_owned(),
            Self::Oneself => ONESELF.to_owned(),
            Self::Manager => MANAGER.to_owned(),
            Self::Wrong(why) => why,
        }
    }
}

/// Who wants to have brought whom.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    pub id: &'a str,
    pub job: &'a Job,
    pub email: &'a str,
    pub referrer: &'a str,
    /// Since when.
    pub at: Ms,
    /// Whoever is there came before. Otherwise only those who were referred before.
    pub is_newest: bool,
}

impl Partners {
    /// Whether a referral may earn; or why it is not taken. Who asks has taken its turn.
    pub(super) async fn judge(&self, tx: &Tx, program: &Program, claim: &Claim<'_>) -> db::Result<Result<Judged, Refusal>> {
        let found = |why: &str, verdict| Ok(Judged { why: why.to_owned(), verdict });
        let judged = |rule: Rule, why: &str, refusal: Refusal| match rule {
            Rule::Allow => found("", Verdict::Rules),
            Rule::Ineligible => found(why, Verdict::Rules),
            Rule::Refuse => Err(refusal),
        };
        let since = claim.at.minus(Duration::from_secs(86_400) * program.ownership_days).0;
        let sql = "select id, referrer_email, job, created_at from jr_referral \
                   where email = $1 and id <> $2 and removed_at is null and sending <> 'over' order by created_at, id";
        let mut owner = None;
        for row in tx.rows(sql, params![claim.email, claim.id]).await? {
            let (by, at, id) = (row.text("referrer_email")?, row.int("created_at")?, row.text("id")?);
            if by == claim.referrer && row.text("job")? == claim.job.id {
                return Ok(Err(Refusal::Again));
            }
            let is_before = claim.is_newest || (at, id.as_str()) < (claim.at.0, claim.id);
            if by != claim.referrer && at >= since && is_before && owner.is_none() {
                owner = Some(at);
            }
        }
        if claim.email == claim.referrer {
            return Ok(judged(program.self_referral, ONESELF, Refusal::Oneself));
        }
        if !claim.job.manager_email.is_empty() && claim.job.manager_email.eq_ignore_ascii_case(claim.referrer) {
            return Ok(judged(program.hiring_manager, MANAGER, Refusal::Manager));
        }
        let Some(at) = owner else { return Ok(found("", Verdict::Rules)) };
        let why = format!("Somebody else referred this person on {}, and comes first for {} days.", web::date(Ms(at)), program.ownership_days);
        Ok(found(&why, Verdict::Owner))
    }

    /// What was found counts from now on: what is not paid yet falls away, or what was reached is earned.
    async fn decide(&self, tx: &Tx, before: &Referral, judged: Judged, by: &str) -> db::Result<()> {
        let sql = "update jr_referral set ineligible = $1, verdict = $2 where id = $3";
        tx.run(sql, params![judged.why.as_str(), judged.verdict.name(), before.id.as_str()]).await?;
        let mut referral = before.clone();
        (referral.ineligible, referral.verdict) = (judged.why, judged.verdict);
        match (before.ineligible.is_empty(), referral.ineligible.is_empty()) {
            (false, true) => self.earn_anew(tx, &referral).await,
            (_, false) => self.void(tx, &referral, "", referral.why_told(), by).await,
            (true, true) => Ok(()),
        }
    }

    /// Somebody decides that a referral earns nothing, with a reason, or that it may after all.
    pub(super) async fn judge_by_hand(&self, id: &str, why: &str, by: &str) -> db::Result<Result<(), String>> {
        let tx = self.db.begin().await?;
        take_turn(&tx).await?;
        let Some(referral) = self.referral(&tx, id).await? else { return Ok(Err("There is no such referral any more.".to_owned())) };
        let why = if referral.ineligible.is_empty() { why } else { "" };
        if referral.ineligible.is_empty() && (why.is_empty() || why.chars().count() > 300) {
            return Ok(Err("Say why, in at most 300 characters: whoever referred reads it.".to_owned()));
        }
        self.decide(&tx, &referral, Judged { why: why.to_owned(), verdict: Verdict::Hand }, by).await?;
        tx.commit().await?;
        self.referred();
        Ok(Ok(()))
    }

    /// Somebody else brought them to the applicant tracking system before. What an admin decided stays.
    pub(super) async fn is_duplicate(&self, tx: &Tx, referral: &Referral, why: &str) -> db::Result<()> {
        if !referral.ineligible.is_empty() || referral.verdict == Verdict::Hand {
            return Ok(());
        }
        // What is told too late may name somebody who was forgotten.
        let why = if referral.removed { "Somebody else came first." } else { why };
        self.decide(tx, referral, Judged { why: why.to_owned(), verdict: Verdict::Lever }, "").await
    }

    /// Whoever came first is gone: somebody else with the same address may be first now.
    pub(super) async fn judge_again(&self, tx: &Tx, email: &str) -> db::Result<()> {
        let program = self.program(tx).await?;
        let sql = format!(
            "{SELECT} where r.email = $1 and r.verdict = 'owner' and r.removed_at is null and r.sending <> 'over' order by r.created_at, r.id"
        );
        for row in tx.rows(&sql, params![email]).await? {
            let referral = read(&row)?;
            let Some(job) = self.jr_job(tx, &referral.job).await? else { continue };
            let (referrer, at) = (referral.referrer_email.as_str(), referral.created_at);
            let claim = Claim { id: &referral.id, job: &job, email, referrer, at, is_newest: false };
            if let Ok(judged) = self.judge(tx, &program, &claim).await? {
                self.decide(tx, &referral, judged, "").await?;
            }
        }
        Ok(())
    }

    /// Corrects what was typed in, as long as it was not sent; or a sentence why not. Another address or job is judged as if it were new.
    pub(super) async fn correct(&self, id: &str, new: &NewReferral, job: &str, by: &str) -> db::Result<Result<(), String>> {
        if let Some(wrong) = new.wrong() {
            return Ok(Err(wrong));
        }
        let tx = self.db.begin().await?;
        take_turn(&tx).await?;
        let Some(job) = self.jr_job(&tx, job).await?.filter(|job| job.open) else { return Ok(Err("Choose a job that is open.".to_owned())) };
        let found = self.referral(&tx, id).await?.filter(|r| r.sending == Sending::Waiting && r.is_here_only());
        let Some(before) = found else { return Ok(Err("It is in Lever already: a recruiter corrects it there.".to_owned())) };
        let email = new.email.to_lowercase();
        let is_other = email != before.email;
        let judged = if is_other || job.id != before.job {
            let (referrer, at) = (before.referrer_email.as_str(), if is_other { self.clock.now() } else { before.created_at });
            let claim = Claim { id, job: &job, email: &email, referrer, at, is_newest: is_other };
            match self.judge(&tx, &self.program(&tx).await?, &claim).await? {
                Ok(judged) => Some(judged),
                Err(refusal) => return Ok(Err(refusal.words())),
            }
        } else {
            None
        };
        let sql = "update jr_referral set name = $1, email = $2, phone = $3, linkedin = $4, relationship = $5, words = $6, job = $7 where id = $8";
        let texts = [&new.name, &email, &new.phone, &new.linkedin, &new.relationship, &new.words, &job.id];
        let values = texts.into_iter().map(|text| db::Value::from(text.as_str())).chain([id.into()]).collect();
        tx.run(sql, values).await?;
        if let (Some(judged), Some(now)) = (judged, self.referral(&tx, id).await?)
            && before.verdict != Verdict::Hand
        {
            self.decide(&tx, &now, judged, by).await?;
        }
        if is_other {
            self.judge_again(&tx, &before.email).await?;
        }
        self.send_to_hub(&tx, id).await?;
        tx.commit().await?;
        self.referred();
        Ok(Ok(()))
    }
}
