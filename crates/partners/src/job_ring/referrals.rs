//! Referrals: taken in by the rules of the program, sent on, and followed by what happens to them.

use super::eligibility::{Claim, Refusal, Verdict};
use super::program::{ACCEPTED, Program, REFERRED};
use super::{jobs::Job, texts};
use crate::Partners;
use clock::Ms;
use db::vault::{digest, random_hex};
use db::{Clauses, Row, Sql, Tx, params};
use endpoint::Attachment;
use job_ring_api::{Change, Kind, Meaning, Sent};
use std::time::Duration;

/// Where a referral stands on its way to the applicant tracking system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// Whoever is referred is asked first.
    Consent,
    /// It is to be sent.
    Waiting,
    /// It is there.
    Sent,
    /// It will never be.
    Over,
}

impl Sending {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Over => "over",
        }
    }

    fn read(name: &str) -> Self {
        [Self::Consent, Self::Waiting, Self::Sent].into_iter().find(|s| s.name() == name).unwrap_or(Self::Over)
    }
}

/// A referral.
#[derive(Clone, Debug)]
pub struct Referral {
    pub id: String,
    pub kind: Kind,
    pub job: String,
    pub job_title: String,
    pub name: String,
    pub email: String,
    pub phone: String,
    pub linkedin: String,
    pub relationship: String,
    pub words: String,
    pub resume_name: String,
    pub resume_type: String,
    /// Names the file in the store.
    pub resume_file: String,
    pub referrer_name: String,
    pub referrer_email: String,
    pub status: String,
    pub status_at: Ms,
    pub sending: Sending,
    pub trouble: String,
    pub opportunity: String,
    pub opportunity_url: String,
    /// Why it earns nothing; empty: it may.
    pub ineligible: String,
    /// Whose word that is.
    pub verdict: Verdict,
    page_sealed: String,
    consent_sealed: String,
    pub consent_until: Option<Ms>,
    pub removed: bool,
    pub created_at: Ms,
}

/// A change of status that happened.
#[derive(Clone, Debug)]
pub struct Happened {
    pub status: String,
    pub at: Ms,
    pub because: String,
}

/// What somebody filled in.
#[derive(Clone, Debug, Default)]
pub struct NewReferral {
    pub name: String,
    pub email: String,
    pub phone: String,
    pub linkedin: String,
    pub relationship: String,
    pub words: String,
    pub resume: Option<Attachment>,
}

/// Who refers.
#[derive(Clone, Debug, Default)]
pub struct By {
    pub name: String,
    pub email: String,
}

/// Which referrals.
#[derive(Clone, Debug, Default)]
pub struct Which {
    pub kind: Option<Kind>,
    pub status: String,
    pub referrer_email: String,
    /// Part of a name, an address or a job.
    pub search: String,
    pub before: Option<(Ms, String)>,
}

/// Résumés are not longer, bytes: Lever takes 30 MB with everything around them.
const LONGEST_RESUME: usize = 20 << 20;
/// Formats recruiters can open.
const RESUMES: [&str; 6] = ["pdf", "doc", "docx", "txt", "odt", "rtf"];
/// So many referrals a day come from one address that nobody has proved to be theirs.
const FROM_OUTSIDE_A_DAY: i64 = 20;
const A_DAY: Duration = Duration::from_secs(86_400);

pub(super) const SELECT: &str = "select r.*, coalesce(j.title, '') as job_title from jr_referral r left join jr_job j on j.id = r.job";

pub const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Internal => "internal",
        Kind::External => "external",
    }
}

pub fn read_kind(name: &str) -> Option<Kind> {
    [Kind::Internal, Kind::External].into_iter().find(|kind| kind_name(*kind) == name)
}

pub(super) fn read(row: &Row) -> db::Result<Referral> {
    Ok(Referral {
        id: row.text("id")?,
        kind: read_kind(&row.text("kind")?).unwrap_or_default(),
        job: row.text("job")?,
        job_title: row.text("job_title")?,
        name: row.text("name")?,
        email: row.text("email")?,
        phone: row.text("phone")?,
        linkedin: row.text("linkedin")?,
        relationship: row.text("relationship")?,
        words: row.text("words")?,
        resume_name: row.text("resume_name")?,
        resume_type: row.text("resume_type")?,
        resume_file: row.text("resume_file")?,
        referrer_name: row.text("referrer_name")?,
        referrer_email: row.text("referrer_email")?,
        status: row.text("status")?,
        status_at: Ms(row.int("status_at")?),
        sending: Sending::read(&row.text("sending")?),
        trouble: row.text("trouble")?,
        opportunity: row.text("opportunity")?,
        opportunity_url: row.text("opportunity_url")?,
        ineligible: row.text("ineligible")?,
        verdict: Verdict::read(&row.text("verdict")?),
        page_sealed: row.text("page_sealed")?,
        consent_sealed: row.text("consent_sealed")?,
        consent_until: row.get::<Option<i64>>("consent_until")?.map(Ms),
        removed: row.get::<Option<i64>>("removed_at")?.is_some(),
        created_at: Ms(row.int("created_at")?),
    })
}

/// Whether this can be an e-mail address.
pub fn is_email(text: &str) -> bool {
    let parts = text.split_once('@').filter(|(name, host)| !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.'));
    parts.is_some_and(|(_, host)| !host.contains('@')) && text.len() <= 200 && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

impl NewReferral {
    /// A sentence, if it makes no sense.
    pub fn wrong(&self) -> Option<String> {
        let long = |text: &str, most: usize| text.chars().count() > most;
        if self.name.is_empty() || long(&self.name, 200) {
            return Some("Say who you refer: a name of 1 to 200 characters.".to_owned());
        }
        if !is_email(&self.email) {
            return Some("Their e-mail address cannot be one. It is how the company reaches them.".to_owned());
        }
        if long(&self.phone, 50) || long(&self.relationship, 500) || long(&self.words, 5000) {
            return Some("A telephone number has at most 50 characters, how you know each other 500, and why they fit 5,000.".to_owned());
        }
        if !self.linkedin.is_empty()
            && (long(&self.linkedin, 500) || !(self.linkedin.starts_with("https://") || self.linkedin.starts_with("http://")))
        {
            return Some("The LinkedIn profile is an address that begins with https://.".to_owned());
        }
        let resume = self.resume.as_ref()?;
        let end = resume.name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default();
        if !RESUMES.contains(&end.as_str()) {
            return Some(format!("A résumé is a file of one of these kinds: {}.", RESUMES.join(", ")));
        }
        if resume.bytes.is_empty() || resume.bytes.len() > LONGEST_RESUME {
            return Some("The résumé is empty, or larger than 20 MB.".to_owned());
        }
        None
    }
}

impl Partners {
    pub(super) async fn referral(&self, db: &impl Sql, id: &str) -> db::Result<Option<Referral>> {
        db.row(&format!("{SELECT} where r.id = $1"), params![id]).await?.map(|row| read(&row)).transpose()
    }

    /// The referral whose private page this link opens.
    pub(super) async fn referral_of_page(&self, token: &str) -> db::Result<Option<Referral>> {
        self.db.row(&format!("{SELECT} where r.page_digest = $1"), params![digest(token)]).await?.map(|row| read(&row)).transpose()
    }

    /// The referral about which this link asks.
    pub(super) async fn referral_of_consent(&self, token: &str) -> db::Result<Option<Referral>> {
        let sql = format!("{SELECT} where r.consent_digest = $1 and r.consent_digest <> ''");
        self.db.row(&sql, params![digest(token)]).await?.map(|row| read(&row)).transpose()
    }

    /// The newest that fit.
    pub(super) async fn referrals(&self, which: &Which, most: i64) -> db::Result<Vec<Referral>> {
        let mut only = Clauses::default();
        if let Some(kind) = which.kind {
            only.is("r.kind =", kind_name(kind));
        }
        if !which.status.is_empty() {
            only.is("r.status =", which.status.as_str());
        }
        if which.referrer_email.is_empty() {
            only.and("r.removed_at is null");
        } else {
            only.is("r.referrer_email =", which.referrer_email.as_str());
        }
        if !which.search.is_empty() {
            let text = only.bind(which.search.to_lowercase());
            only.and(self.db.engine().contains("lower(r.name || ' ' || r.email || ' ' || r.referrer_name || ' ' || coalesce(j.title, ''))", &text));
        }
        if let Some((at, id)) = &which.before {
            let (at, id) = (only.bind(at.0), only.bind(id.as_str()));
            only.and(format!("(r.created_at < {at} or (r.created_at = {at} and r.id < {id}))"));
        }
        let most = only.bind(most);
        let sql = format!("{SELECT}{} order by r.created_at desc, r.id desc limit {most}", only.sql());
        self.db.rows(&sql, only.values()).await?.iter().map(read).collect()
    }

    /// How many there are of each kind and status, without those that were removed.
    pub(super) async fn count_referrals(&self) -> db::Result<Vec<(Kind, String, i64)>> {
        let sql = "select kind, status, count(*) as n from jr_referral where removed_at is null group by kind, status";
        let read = |row: &Row| Ok((read_kind(&row.text("kind")?).unwrap_or_default(), row.text("status")?, row.int("n")?));
        self.db.rows(sql, vec![]).await?.iter().map(read).collect()
    }

    /// What happened to a referral, oldest first.
    pub(super) async fn happened(&self, db: &impl Sql, referral: &str) -> db::Result<Vec<Happened>> {
        let rows = db.rows("select * from jr_change where referral = $1 order by at, id", params![referral]).await?;
        rows.iter().map(|row| Ok(Happened { status: row.text("status")?, at: Ms(row.int("at")?), because: row.text("because")? })).collect()
    }

    /// Whether this address belongs to somebody who can sign in.
    pub(super) async fn has_account(&self, email: &str) -> db::Result<bool> {
        let sql = "select id from account where app = $1 and email = $2";
        Ok(self.db.row(sql, params![super::APP, email.to_lowercase()]).await?.is_some())
    }

    /// Takes a referral in; or why the program does not.
    pub(super) async fn take_referral(&self, job: &Job, kind: Kind, by: &By, new: NewReferral) -> db::Result<Result<Referral, Refusal>> {
        let program = self.program(&self.db).await?;
        let wrong = |why: &str| Ok(Err(Refusal::Wrong(why.to_owned())));
        if !program.reward(kind).open {
            return wrong("The program does not take referrals of this kind at the moment.");
        }
        if !job.open {
            return wrong(&format!("\"{}\" is closed by now: nobody can be referred to it any more. Look for another job.", job.title));
        }
        if let Some(why) = new.wrong() {
            return wrong(&why);
        }
        let id = uuid::Uuid::new_v4().to_string();
        let taken = self.take_in(&id, &program, job, kind, by, &new).await;
        if !matches!(taken, Ok(Ok(_))) {
            self.resumes.forget(&id).await?;
        }
        taken
    }

    async fn take_in(&self, id: &str, program: &Program, job: &Job, kind: Kind, by: &By, new: &NewReferral) -> db::Result<Result<Referral, Refusal>> {
        let (email, referrer) = (new.email.to_lowercase(), by.email.to_lowercase());
        let (page, consent) = (random_hex(24), if program.consent { random_hex(24) } else { String::new() });
        // Kept before anybody can ask for it.
        let resume = new.resume.as_ref().filter(|_| !program.consent);
        let file = resume.map(|_| random_hex(8)).unwrap_or_default();
        if let Some(resume) = resume {
            self.resumes.keep(id, &file, &resume.bytes).await?;
        }
        let tx = self.db.begin().await?;
        take_turn(&tx).await?;
        // No two at the same millisecond: by it an application is found again whose making got no answer.
        let last = tx.row("select max(created_at) as at from jr_referral", vec![]).await?;
        let last = last.map(|row| row.get::<Option<i64>>("at")).transpose()?.flatten();
        let now = self.clock.now().max(Ms(last.unwrap_or(0) + 1));
        if kind == Kind::External {
            let sql = "select count(*) as n from jr_referral where referrer_email = $1 and kind = 'external' and created_at > $2";
            let row = tx.row(sql, params![referrer.as_str(), now.minus(A_DAY).0]).await?;
            if row.map_or(Ok(0), |row| row.int("n"))? >= FROM_OUTSIDE_A_DAY {
                return Ok(Err(Refusal::TooMany));
            }
        }
        let claim = Claim { id, job, email: &email, referrer: &referrer, at: now, is_newest: true };
        let judged = match self.judge(&tx, program, &claim).await? {
            Ok(judged) => judged,
            Err(refused) => return Ok(Err(refused)),
        };
        // Before somebody agrees, no more is kept of them than it takes to ask.
        let kept = |text: &str| if program.consent { String::new() } else { text.to_owned() };
        let sending = if program.consent { Sending::Consent } else { Sending::Waiting };
        let until = program.consent.then(|| now.plus(A_DAY * program.consent_days).0);
        let seal = |what: &str, token: &str| if token.is_empty() { String::new() } else { self.vault.seal(&format!("job-ring/{what}/{id}"), token) };
        let consent_digest = if consent.is_empty() { String::new() } else { digest(&consent) };
        let sql = format!(
            "insert into jr_referral (id, kind, job, name, email, phone, linkedin, relationship, words, resume_name, resume_type, resume_file, \
             referrer_name, referrer_email, status, status_at, sending, trouble, opportunity, opportunity_url, ineligible, verdict, page_digest, page_sealed, consent_digest, \
             consent_sealed, consent_until, removed_at, created_at) values {}",
            db::values(1, 29)
        );
        let values = params![
            id,
            kind_name(kind),
            job.id.as_str(),
            new.name.as_str(),
            email.as_str(),
            kept(&new.phone),
            kept(&new.linkedin),
            kept(&new.relationship),
            kept(&new.words),
            resume.map(|r| r.name.clone()).unwrap_or_default(),
            resume.map(|r| r.media_type.clone()).unwrap_or_default(),
            file,
            by.name.as_str(),
            referrer.as_str(),
            REFERRED,
            now.0,
            sending.name(),
            "",
            "",
            "",
            judged.why,
            judged.verdict.name(),
            digest(&page),
            seal("page", &page),
            consent_digest,
            seal("consent", &consent),
            until,
            None::<i64>,
            now.0
        ];
        tx.run(&sql, values).await?;
        note(&tx, id, REFERRED, now, "").await?;
        let Some(referral) = self.referral(&tx, id).await? else {
            return Ok(Err(Refusal::Wrong("The referral could not be stored.".to_owned())));
        };
        self.earn(&tx, &referral, &Change { status: REFERRED.to_owned(), at: now.0, because: String::new() }).await?;
        if program.consent {
            texts::consent(self, &tx, &referral).await?;
        } else {
            self.send_to_hub(&tx, id).await?;
        }
        texts::thanks(self, &tx, &referral).await?;
        tx.commit().await?;
        self.referred();
        Ok(Ok(referral))
    }

    /// Since when whoever came to the applicant tracking system belongs to whoever brought them.
    pub(super) fn owned_since(referral: &Referral, program: &Program) -> Ms {
        referral.created_at.minus(A_DAY * program.ownership_days)
    }

    /// Whoever is referred agrees, with what they want to add. Whether they were still being asked.
    pub(super) async fn agree(&self, referral: &Referral, phone: &str, resume: Option<Attachment>) -> db::Result<bool> {
        // A name of its own: whoever agrees twice, or too late, writes over nothing and leaves nothing.
        let file = resume.as_ref().map(|_| random_hex(8)).unwrap_or_default();
        if let Some(resume) = &resume {
            self.resumes.keep(&referral.id, &file, &resume.bytes).await?;
        }
        let agreed = self.agree_in(&referral.id, phone, resume.as_ref(), &file).await;
        if !matches!(agreed, Ok(true)) && resume.is_some() {
            self.resumes.drop_file(&referral.id, &file).await?;
        }
        agreed
    }

    async fn agree_in(&self, id: &str, phone: &str, resume: Option<&Attachment>, file: &str) -> db::Result<bool> {
        let (now, tx) = (self.clock.now(), self.db.begin().await?);
        let sql = "update jr_referral set sending = 'waiting', phone = $1, resume_name = $2, resume_type = $3, resume_file = $4, consent_until = null \
                   where id = $5 and sending = 'consent' and removed_at is null";
        let (name, kind) = resume.map(|r| (r.name.clone(), r.media_type.clone())).unwrap_or_default();
        if tx.run(sql, params![phone, name, kind, file, id]).await? == 0 {
            return Ok(false);
        }
        self.change(&tx, id, &Change { status: ACCEPTED.to_owned(), at: now.0, because: "they agreed".to_owned() }).await?;
        self.send_to_hub(&tx, id).await?;
        tx.commit().await?;
        self.referred();
        Ok(true)
    }

    /// It is an opportunity now.
    pub(super) async fn is_sent(&self, id: &str, sent: &Sent) -> db::Result<()> {
        let tx = self.db.begin().await?;
        let sql = "update jr_referral set sending = 'sent', trouble = '', opportunity = $1, \
                   opportunity_url = case when $2 = '' or removed_at is not null then opportunity_url else $2 end where id = $3 and sending <> 'over'";
        if tx.run(sql, params![sent.opportunity.as_str(), sent.url.as_str(), id]).await? > 0
            && !sent.duplicate.is_empty()
            && let Some(referral) = self.referral(&tx, id).await?
        {
            self.is_duplicate(&tx, &referral, &sent.duplicate).await?;
        }
        tx.commit().await?;
        self.referred();
        Ok(())
    }

    /// It could not be sent so far, or what happens to it means nothing here.
    pub(super) async fn has_trouble(&self, id: &str, why: &str) -> db::Result<()> {
        // What is told too late may name somebody who was forgotten.
        self.db.run("update jr_referral set trouble = $1 where id = $2 and removed_at is null", params![why, id]).await?;
        self.lobby.changed();
        Ok(())
    }

    /// What happened to an application.
    pub(super) async fn changes(&self, id: &str, changes: &[Change]) -> db::Result<()> {
        let tx = self.db.begin().await?;
        // One after the other: of two tellers of the same one is the first.
        tx.run("update jr_referral set trouble = '' where id = $1", params![id]).await?;
        // Nothing happened to a referral before it was made, or before they agreed: of a candidacy that was there before, it begins with
        // where that stands.
        let begun = tx.row("select max(at) as at from jr_change where referral = $1 and status in ($2, $3)", params![id, REFERRED, ACCEPTED]).await?;
        let begun = begun.map(|row| row.get::<Option<i64>>("at")).transpose()?.flatten().unwrap_or(0);
        let mut changes = changes.to_vec();
        changes.sort_by_key(|change| change.at);
        let earlier = changes.iter().filter(|change| change.at <= begun).count();
        changes.drain(..earlier.saturating_sub(1));
        for change in &mut changes {
            change.at = change.at.max(begun);
        }
        for change in &changes {
            self.change(&tx, id, change).await?;
        }
        tx.commit().await?;
        self.referred();
        Ok(())
    }

    /// One change of status, if it is not known: it stands in the history, the referrer is told, and payouts follow.
    pub(super) async fn change(&self, tx: &Tx, id: &str, change: &Change) -> db::Result<()> {
        let Some(before) = self.referral(tx, id).await? else { return Ok(()) };
        if !note(tx, id, &change.status, Ms(change.at), &change.because).await? {
            return Ok(());
        }
        let is_newest = change.at >= before.status_at.0;
        if is_newest {
            let sql = "update jr_referral set status = $1, status_at = $2 where id = $3";
            tx.run(sql, params![change.status.as_str(), change.at, id]).await?;
        }
        let steps = self.jr_steps(tx).await?;
        let reached = steps.iter().find(|step| step.id == change.status);
        let referral = Referral { status: change.status.clone(), ..before.clone() };
        self.earn(tx, &referral, change).await?;
        if is_newest && reached.is_some_and(|step| step.meaning != Meaning::Hired) {
            self.void_hire(tx, &referral, &steps, change).await?;
        }
        if let Some(step) = reached.filter(|_| is_newest && before.status != change.status && before.shows_how_it_goes()) {
            texts::status(self, tx, &referral, step, change).await?;
        }
        Ok(())
    }

    /// Those that wait to be sent, oldest first.
    pub(super) async fn waiting_referrals(&self) -> db::Result<Vec<String>> {
        let sql =
            "select id from jr_referral where sending = 'waiting' and opportunity = '' and removed_at is null order by created_at, id limit 1000";
        self.db.rows(sql, vec![]).await?.iter().map(|row| row.text("id")).collect()
    }

    /// The private page of whoever referred.
    pub(super) fn page_of(&self, referral: &Referral) -> db::Result<String> {
        let token = self.vault.open_sealed(&format!("job-ring/page/{}", referral.id), &referral.page_sealed)?;
        Ok(self.at(&format!("/job-ring/my/{token}")))
    }

    /// Where whoever is referred is asked.
    pub(super) fn consent_of(&self, referral: &Referral) -> db::Result<String> {
        let token = self.vault.open_sealed(&format!("job-ring/consent/{}", referral.id), &referral.consent_sealed)?;
        Ok(self.at(&format!("/job-ring/consent/{token}")))
    }

    /// Something about referrals changed: pages refresh, and what follows is done.
    pub(super) fn referred(&self) {
        self.lobby.changed();
        self.pipeline.wake();
    }
}

/// One after the other: of two who refer the same person at the same moment one is the first.
pub(super) async fn take_turn(tx: &Tx) -> db::Result<()> {
    tx.run("insert into jr_setting (name, value) values ('turn', '') on conflict (name) do update set value = ''", vec![]).await.map(drop)
}

/// Writes a change down; whether it was not known.
pub(super) async fn note(tx: &Tx, referral: &str, status: &str, at: Ms, because: &str) -> db::Result<bool> {
    let sql = "insert into jr_change (id, referral, status, at, because) values ($1, $2, $3, $4, $5) on conflict (referral, at, status) do nothing";
    Ok(tx.run(sql, params![pipeline::fresh_id(at), referral, status, at.0, because]).await? > 0)
}

impl Referral {
    /// Who was referred, for people.
    pub fn who(&self) -> &str {
        if self.removed { "Somebody who was removed" } else { &self.name }
    }

    /// Whether whoever referred may read how it goes. Whoever was known here before is a candidate by themselves, or somebody else's.
    pub fn shows_how_it_goes(&self) -> bool {
        self.verdict != Verdict::Lever
    }

    /// The status, as whoever referred may read it.
    pub fn status_told(&self) -> &str {
        if self.shows_how_it_goes() || self.removed { &self.status } else { REFERRED }
    }

    /// Why it earns nothing, as whoever referred may read it: nothing about others. Nobody has seen whose address was typed on a public
    /// page. What an admin wrote was written for the referrer.
    pub fn why_told(&self) -> &str {
        match (self.kind, self.verdict) {
            _ if self.ineligible.is_empty() => "",
            _ if self.removed => &self.ineligible,
            (Kind::External, Verdict::Owner) | (_, Verdict::Lever) => "Somebody else came first.",
            (Kind::External, Verdict::Rules) => "It does not take part in the program.",
            _ => &self.ineligible,
        }
    }

    /// Whether it can still be taken back: it is not in the applicant tracking system.
    pub fn is_here_only(&self) -> bool {
        !self.removed && self.opportunity.is_empty() && matches!(self.sending, Sending::Consent | Sending::Waiting)
    }
}
