//! The program: who may refer, what it earns and when, and which statuses an application can have.

use crate::Partners;
use db::{Sql, params};
use job_ring_api::{Kind, Meaning, Status};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A status, with what is said of it to whoever referred.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    pub id: String,
    pub name: String,
    pub meaning: Meaning,
    /// What it means for whoever referred, in a sentence.
    pub about: String,
}

impl Step {
    pub fn printed(&self) -> Status {
        Status { id: self.id.clone(), name: self.name.clone(), meaning: self.meaning }
    }
}

/// Where a referral begins, and where it ends when nobody hired or rejected.
pub const REFERRED: &str = "referred";
pub const ACCEPTED: &str = "accepted";
pub const WITHDRAWN: &str = "withdrawn";
pub const EXPIRED: &str = "expired";

/// Whether Job Ring itself gives referrals this status.
pub fn is_needed(status: &str) -> bool {
    [REFERRED, ACCEPTED, WITHDRAWN, EXPIRED].contains(&status)
}

const USUAL: [(&str, &str, Meaning, &str); 11] = [
    (REFERRED, "Referred", Meaning::Open, "Your referral is here."),
    (ACCEPTED, "Accepted", Meaning::Open, "They agreed to be referred."),
    ("applied", "Applied", Meaning::Open, "They are among the applicants now."),
    ("in-review", "In review", Meaning::Open, "A recruiter is looking at them."),
    ("interview", "Interview", Meaning::Open, "They were invited to talk."),
    ("offer", "Offer", Meaning::Open, "They are being made an offer."),
    ("hired", "Hired", Meaning::Hired, "They were hired. Thank you!"),
    ("rejected", "Rejected", Meaning::Closed, "The company decided for somebody else this time."),
    (WITHDRAWN, "Withdrawn", Meaning::Closed, "They are not considered any more."),
    ("ineligible", "Ineligible", Meaning::Closed, "This referral does not take part in the program."),
    (EXPIRED, "Expired", Meaning::Closed, "They did not answer in time."),
];

/// What is done about a referral that the rules speak against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// It is taken, and may earn.
    Allow,
    /// It is taken, and earns nothing.
    #[default]
    Ineligible,
    /// It is not taken.
    Refuse,
}

/// An amount for reaching a status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// [`Step::id`]
    pub status: String,
    /// In hundredths.
    pub amount: i64,
}

/// What one kind of referral earns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reward {
    /// Whether people of this kind may refer at all.
    pub open: bool,
    /// `EUR`
    pub currency: String,
    /// For so long somebody has to stay once they are hired, days.
    pub waiting_days: u32,
    pub milestones: Vec<Milestone>,
}

impl Default for Reward {
    fn default() -> Self {
        Self { open: true, currency: "EUR".to_owned(), waiting_days: 90, milestones: Vec::new() }
    }
}

/// The rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Program {
    /// Who brought somebody first owns them for so long, days; 0: nobody does.
    pub ownership_days: u32,
    pub self_referral: Rule,
    /// The hiring manager of the job refers.
    pub hiring_manager: Rule,
    /// Whoever is referred is asked before anything goes to Lever.
    pub consent: bool,
    /// They have so long to answer, days.
    pub consent_days: u32,
    pub internal: Reward,
    pub external: Reward,
}

impl Default for Program {
    fn default() -> Self {
        Self {
            ownership_days: 180,
            self_referral: Rule::Refuse,
            hiring_manager: Rule::Ineligible,
            consent: false,
            consent_days: 14,
            internal: Reward::default(),
            external: Reward::default(),
        }
    }
}

impl Program {
    pub const fn reward(&self, kind: Kind) -> &Reward {
        match kind {
            Kind::Internal => &self.internal,
            Kind::External => &self.external,
        }
    }
}

impl Reward {
    /// `1,500.00 EUR once they are hired`, for people; empty: it earns nothing.
    pub fn in_words(&self, steps: &[Step]) -> String {
        let name = |id: &str| steps.iter().find(|step| step.id == id).map_or(id, |step| step.name.as_str()).to_owned();
        let one = |m: &Milestone| format!("{} for \"{}\"", money(m.amount, &self.currency), name(&m.status));
        self.milestones.iter().filter(|m| m.amount > 0).map(one).collect::<Vec<_>>().join(", ")
    }
}

/// `1,500.00 EUR`
pub fn money(amount: i64, currency: &str) -> String {
    let (whole, cents) = (amount / 100, (amount % 100).abs());
    let digits = whole.abs().to_string();
    let grouped: Vec<String> = digits.as_bytes().rchunks(3).rev().map(|part| String::from_utf8_lossy(part).into_owned()).collect();
    format!("{}{}.{cents:02} {currency}", if whole < 0 { "-" } else { "" }, grouped.join(","))
}

/// `1500`, `1,500.00` or `1500,50` in hundredths. What could mean two things is none.
pub fn amount(typed: &str) -> Option<i64> {
    let digits = |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let typed = typed.trim();
    // A mark with one or two digits after it divides; others group thousands.
    let (whole, cents) = match typed.rsplit_once(['.', ',']) {
        Some((whole, cents)) if digits(cents, 2) => (whole, cents),
        _ => (typed, "0"),
    };
    let divides = typed[whole.len()..].chars().next();
    let plain = match whole.chars().find(|c| !c.is_ascii_digit()) {
        None => whole.to_owned(),
        Some(mark) if (matches!(mark, '.' | ',') || mark.is_whitespace()) && Some(mark) != divides => {
            let groups: Vec<&str> = whole.split(mark).collect();
            let is_first = digits(groups[0], 3) && !groups[0].starts_with('0');
            if !is_first || groups[1..].iter().any(|group| group.len() != 3) {
                return None;
            }
            groups.concat()
        }
        Some(_) => return None,
    };
    if !digits(&plain, 9) {
        return None;
    }
    Some(plain.parse::<i64>().ok()? * 100 + format!("{cents:0<2}").parse::<i64>().ok()?)
}

impl Partners {
    pub(super) async fn jr_setting(&self, db: &impl Sql, name: &str) -> db::Result<String> {
        let row = db.row("select value from jr_setting where name = $1", params![name]).await?;
        row.map_or(Ok(String::new()), |row| row.text("value"))
    }

    /// Sets one: `company`, `website`, `about`, `support`, `program`, `statuses`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_jr_setting(&self, name: &str, value: &str) -> db::Result<()> {
        let sql = "insert into jr_setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value";
        self.db.run(sql, params![name, value]).await.map(drop)
    }

    pub(super) async fn jr_company(&self, db: &impl Sql) -> db::Result<String> {
        let name = self.jr_setting(db, "company").await?;
        Ok(if name.is_empty() { "Job Ring".to_owned() } else { name })
    }

    pub(super) async fn program(&self, db: &impl Sql) -> db::Result<Program> {
        Ok(serde_json::from_str(&self.jr_setting(db, "program").await?).unwrap_or_default())
    }

    pub(super) async fn jr_steps(&self, db: &impl Sql) -> db::Result<Vec<Step>> {
        let stored: Value = serde_json::from_str(&self.jr_setting(db, "statuses").await?).unwrap_or_default();
        let step =
            |&(id, name, meaning, about): &(&str, &str, Meaning, &str)| Step { id: id.into(), name: name.into(), meaning, about: about.into() };
        Ok(serde_json::from_value(stored).unwrap_or_else(|_| USUAL.iter().map(step).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::{amount, money};

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let read =
            [("1500", 150_000), ("1,500", 150_000), ("1.500,50", 150_050), ("1,500.5", 150_050), ("0.99", 99), (" 12 000 ", 1_200_000), ("0", 0)];
        for (typed, cents) in read {
            assert_eq!(amount(typed), Some(cents), "{typed}");
        }
        let read = [("12,345,678.9", 1_234_567_890), ("1 500,25", 150_025), ("100", 10_000), ("1.50", 150)];
        for (typed, cents) in read {
            assert_eq!(amount(typed), Some(cents), "{typed}");
        }
        let refused = [
            "0.999",
            "1.5.5",
            "12,3456",
            "1,50,000",
            "1.500.50",
            "1,500.000",
            "1500,000",
            "5.",
            ".5",
            "1,,500",
            "1,5 0",
            "0,500",
            "1'500",
            "１00",
            ",",
        ];
        for typed in refused.into_iter().chain(["", "-5", "ten", "1e5", "99999999999", "5.5.5x"]) {
            assert_eq!(amount(typed), None, "{typed}");
        }
        assert_eq!((money(150_050, "EUR"), money(99, "USD")), ("1,500.50 EUR".to_owned(), "0.99 USD".to_owned()));
        assert_eq!(money(123_456_789, "EUR"), "1,234,567.89 EUR");
    }
}
