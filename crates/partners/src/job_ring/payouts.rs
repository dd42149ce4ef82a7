//! What referrals earn: a ledger. It moves no money; whoever does takes the list along.
//!
//! Pending: somebody has to stay for a while first. Eligible: an admin decides. Approved: payroll pays. Paid, or Void with a reason.

use super::program::Step;
use super::referrals::Referral;
use super::texts;
use crate::Partners;
use clock::Ms;
use db::{Row, Sql, Tx, params};
use job_ring_api::{Change, Meaning};
use std::time::Duration;

/// Where a payout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Pending,
    Eligible,
    Approved,
    Paid,
    Void,
}

impl State {
    pub const ALL: [Self; 5] = [Self::Pending, Self::Eligible, Self::Approved, Self::Paid, Self::Void];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Eligible => "eligible",
            Self::Approved => "approved",
            Self::Paid => "paid",
            Self::Void => "void",
        }
    }

    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A payout.
#[derive(Clone, Debug)]
pub struct Payout {
    pub id: String,
    pub referral: String,
    pub milestone: String,
    pub amount: i64,
    pub currency: String,
    pub state: State,
    pub due_at: Ms,
    pub why: String,
    pub by_name: String,
    pub changed_at: Ms,
    /// Of the referral.
    pub kind: String,
    pub name: String,
    pub job_title: String,
    pub referrer_name: String,
    pub referrer_email: String,
}

/// A state, how many there are in it, and how much that is by currency.
pub type Sum = (State, i64, Vec<(String, i64)>);

const SELECT: &str = "select p.*, r.kind, r.name, r.referrer_name, r.referrer_email, coalesce(j.title, '') as job_title from jr_payout p \
                      join jr_referral r on r.id = p.referral left join jr_job j on j.id = r.job";

fn read(row: &Row) -> db::Result<Payout> {
    Ok(Payout {
        id: row.text("id")?,
        referral: row.text("referral")?,
        milestone: row.text("milestone")?,
        amount: row.int("amount")?,
        currency: row.text("currency")?,
        state: State::read(&row.text("state")?).unwrap_or(State::Void),
        due_at: Ms(row.int("due_at")?),
        why: row.text("why")?,
        by_name: row.text("by_name")?,
        changed_at: Ms(row.int("changed_at")?),
        kind: row.text("kind")?,
        name: row.text("name")?,
        job_title: row.text("job_title")?,
        referrer_name: row.text("referrer_name")?,
        referrer_email: row.text("referrer_email")?,
    })
}

impl Partners {
    /// What reaching a status earns: one payout for each milestone, however often it is reached.
    pub(super) async fn earn(&self, tx: &Tx, referral: &Referral, change: &Change) -> db::Result<()> {
        if !referral.ineligible.is_empty() {
            return Ok(());
        }
        let (program, steps, now) = (self.program(tx).await?, self.jr_steps(tx).await?, self.clock.now());
        let reward = program.reward(referral.kind);
        let Some(milestone) = reward.milestones.iter().find(|m| m.status == change.status && m.amount > 0) else { return Ok(()) };
        // Whoever was hired has to stay for a while; what lies before that is reached once and for all.
        let is_hire = steps.iter().any(|step| step.id == change.status && step.meaning == Meaning::Hired);
        let due_at = Ms(change.at).plus(Duration::from_secs(86_400) * if is_hire { reward.waiting_days } else { 0 });
        let state = if due_at <= now { State::Eligible } else { State::Pending };
        // Hired again after all: what fell away by itself is back. What somebody voided stays so.
        let sql = "insert into jr_payout (id, referral, milestone, amount, currency, state, due_at, why, by_hand, by_name, changed_at, created_at) \
                   values ($1, $2, $3, $4, $5, $6, $7, '', $8, '', $9, $9) on conflict (referral, milestone) do update set \
                   state = excluded.state, due_at = excluded.due_at, why = '', by_name = '', changed_at = excluded.changed_at where jr_payout.state = 'void' and not jr_payout.by_hand";
        let values = params![
            pipeline::fresh_id(now),
            referral.id.as_str(),
            milestone.status.as_str(),
            milestone.amount,
            reward.currency.as_str(),
            state.name(),
            due_at.0,
            false,
            now.0
        ];
        tx.run(sql, values).await.map(drop)
    }

    /// Not hired any more: what was earned by that and is not paid yet falls away.
    pub(super) async fn void_hire(&self, tx: &Tx, referral: &Referral, steps: &[Step], change: &Change) -> db::Result<()> {
        let why = match change.because.as_str() {
            "" => "not hired any more".to_owned(),
            because => format!("not hired any more: {because}"),
        };
        for step in steps.iter().filter(|step| step.meaning == Meaning::Hired) {
            self.void(tx, referral, &step.id, &why, "").await?;
        }
        Ok(())
    }

    /// What is not paid yet falls away, of one milestone or of all; whoever referred is told.
    pub(super) async fn void(&self, tx: &Tx, referral: &Referral, milestone: &str, why: &str, by: &str) -> db::Result<()> {
        // Not by hand: what falls away with the referral is back with it. What somebody decided about one payout stays so.
        let sql = "update jr_payout set state = 'void', why = $1, by_hand = $2, by_name = $3, changed_at = $4 \
                   where referral = $5 and ($6 = '' or milestone = $6) and state in ('pending', 'eligible', 'approved') returning id";
        let void = tx.rows(sql, params![why, false, by, self.clock.now().0, referral.id.as_str(), milestone]).await?;
        for row in void {
            let row = tx.row(&format!("{SELECT} where p.id = $1"), params![row.text("id")?]).await?;
            if let Some(payout) = row.map(|row| read(&row)).transpose()? {
                texts::payout(self, tx, referral, &payout).await?;
            }
        }
        Ok(())
    }

    /// A referral earns something after all: what was reached meanwhile counts now.
    pub(super) async fn earn_anew(&self, tx: &Tx, referral: &Referral) -> db::Result<()> {
        let (steps, happened) = (self.jr_steps(tx).await?, self.happened(tx, &referral.id).await?);
        let is_hire = |status: &str| steps.iter().any(|step| step.id == status && step.meaning == Meaning::Hired);
        // Of a hire only the newest, if it still holds: from then on they have to stay.
        let hire = happened.iter().rev().take_while(|h| h.status == referral.status).last().filter(|h| is_hire(&h.status));
        for h in happened.iter().filter(|h| !is_hire(&h.status)).chain(hire) {
            let change = Change { status: h.status.clone(), at: h.at.0, because: String::new() };
            self.earn(tx, referral, &change).await?;
        }
        Ok(())
    }

    /// Whoever stayed long enough.
    pub(super) async fn ripen(&self) -> db::Result<()> {
        let now = self.clock.now().0;
        let ripe =
            self.db.run("update jr_payout set state = 'eligible', changed_at = $1 where state = 'pending' and due_at <= $1", params![now]).await?;
        if ripe > 0 {
            self.lobby.changed();
        }
        Ok(())
    }

    pub(super) async fn payouts_of(&self, referral: &str) -> db::Result<Vec<Payout>> {
        self.db.rows(&format!("{SELECT} where p.referral = $1 order by p.created_at, p.id"), params![referral]).await?.iter().map(read).collect()
    }

    /// Payouts in a state, or all, the newest first; after this one.
    pub(super) async fn payouts(&self, state: &str, after: &str, most: i64) -> db::Result<Vec<Payout>> {
        let sql = format!("{SELECT} where ($1 = '' or p.state = $1) and ($2 = '' or p.id < $2) order by p.id desc limit $3");
        self.db.rows(&sql, params![state, after, most]).await?.iter().map(read).collect()
    }

    /// How many there are in each state, and how much that is by currency.
    pub(super) async fn sums(&self) -> db::Result<Vec<Sum>> {
        let sql =
            "select state, currency, count(*) as n, cast(sum(amount) as bigint) as amount from jr_payout group by state, currency order by currency";
        let mut sums: Vec<Sum> = Vec::new();
        for row in self.db.rows(sql, vec![]).await? {
            let Some(state) = State::read(&row.text("state")?) else { continue };
            let (n, sum) = (row.int("n")?, (row.text("currency")?, row.int("amount")?));
            match sums.iter_mut().find(|(known, ..)| *known == state) {
                Some((_, count, all)) => {
                    *count += n;
                    all.push(sum);
                }
                None => sums.push((state, n, vec![sum])),
            }
        }
        Ok(sums)
    }

    /// Somebody decides; or a sentence why it cannot be.
    pub(super) async fn settle(&self, id: &str, to: State, why: &str, by: &str) -> db::Result<Result<(), String>> {
        let from = match to {
            State::Approved => "'eligible'",
            State::Paid => "'approved'",
            State::Void => "'pending', 'eligible', 'approved'",
            State::Pending | State::Eligible => return Ok(Err("That comes by itself.".to_owned())),
        };
        if to == State::Void && (why.is_empty() || why.chars().count() > 300) {
            return Ok(Err("Say why, in at most 300 characters: whoever referred reads it.".to_owned()));
        }
        let tx = self.db.begin().await?;
        let sql =
            format!("update jr_payout set state = $1, why = $2, by_hand = $3, by_name = $4, changed_at = $5 where id = $6 and state in ({from})");
        if tx.run(&sql, params![to.name(), why, to == State::Void, by, self.clock.now().0, id]).await? == 0 {
            return Ok(Err(format!("It cannot become {} any more: look at how it stands now.", to.name())));
        }
        let row = tx.row(&format!("{SELECT} where p.id = $1"), params![id]).await?;
        if let Some(payout) = row.map(|row| read(&row)).transpose()?
            && let Some(referral) = self.referral(&tx, &payout.referral).await?
            && matches!(to, State::Paid | State::Void)
        {
            texts::payout(self, &tx, &referral, &payout).await?;
        }
        tx.commit().await?;
        self.referred();
        Ok(Ok(()))
    }
}
