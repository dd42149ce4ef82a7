//! One candidacy after another: where somebody came from, how far they got, and what was written on the way.

use super::chance::Chance;
use super::company::{Company, Job};
use super::rows::{Rows, Table};
use super::{DAY, END, START, names};
use crate::profiles::text_of;
use db::params;
use lever_api::{ArchiveReason, Stage, StageChanged};
use serde_json::{Value, json};
use std::collections::HashSet;

const CONTACT: Table = ("contact", "id, name, headline, location, emails, phones, links, is_anonymized, created_at, updated_at");
const EMAIL: Table = ("contact_email", "email, contact_id");
const OPPORTUNITY: Table = (
    "opportunity",
    "id, contact_id, stage_id, stage_position, advanced_at, origin, owner, sourced_by, followers, stage_changes, archived_reason, archived_at, hired, \
     application_id, posting_id, location, tags, sources, confidentiality, created_at, updated_at, last_interaction_at, snoozed_until, deleted_at, deleted_by, recency",
);
const LABEL: Table = ("opportunity_label", "kind, text, opportunity_id");
const APPLICATION: Table =
    ("application", "id, opportunity_id, posting_id, kind, person, hiring_manager, owner, submitted, created_at, archived_reason, archived_at");
const NOTE: Table = ("note", "id, opportunity_id, person, secret, fields, created_at");
const OFFER: Table = ("offer", "id, opportunity_id, posting_id, creator, status, fields, signatures, approved, approved_at, sent_at, created_at");
const PANEL: Table = ("panel", "id, opportunity_id, applications, timezone, reminder, note, external_url, external, person, stage_id, created_at");
const INTERVIEW: Table = (
    "interview",
    "id, panel_id, opportunity_id, subject, note, interviewers, date, duration, location, feedback_template, reminder, person, stage_id, created_at",
);
const REFERRAL: Table = ("referral", "id, opportunity_id, referrer, person, fields, stage_id, created_at");
const EEO: Table = ("eeo", "application_id, id, opportunity_id, answers, created_at");

/// Origins with how many of a hundred come that way, and what they are labelled.
const ORIGINS: [(&str, usize, &[&str]); 6] = [
    ("applied", 58, &["Job site", "Job site", "Posting", "LinkedIn", "Indeed"]),
    ("sourced", 22, &["LinkedIn", "GitHub", "Added manually", "Extension"]),
    ("referred", 9, &["Referral"]),
    ("agency", 5, &["Northbridge Partners", "Talent & Co"]),
    ("university", 4, &["Career fair", "University"]),
    ("internal", 2, &["Internal site"]),
];
const TAGS: [&str; 10] =
    ["remote", "relocation", "silver medal", "fast track", "speaks German", "returning", "visa", "part-time possible", "boomerang", "2nd choice"];
const COMPANIES: [&str; 12] = [
    "Contoso",
    "Fabrikam",
    "Adventure Works",
    "Litware",
    "Tailspin",
    "Wingtip",
    "Proseware",
    "Woodgrove",
    "Fourth Coffee",
    "Trey Research",
    "Lucerne",
    "Alpine",
];
const SAID: [&str; 12] = [
    "Called, interested. Can start after a notice of three months.",
    "Asked about remote work and the team.",
    "Very clear about what they want.",
    "Prefers a call in the evening.",
    "Knows the field well; ask about leading people.",
    "No answer to two mails. Trying by phone.",
    "Needs a visa; asked the lawyers.",
    "Great talk. Two colleagues want to see them too.",
    "Expectation is above the band.",
    "Portfolio is worth a look.",
    "Wants to know how we decide.",
    "Moved house, new phone number.",
];

/// What an account has that candidates go through.
pub struct Path<'a> {
    pub stages: &'a [Stage],
    pub reasons: &'a [ArchiveReason],
}

/// Somebody, as far as they may come again.
struct Known {
    id: String,
    name: String,
    email: Option<String>,
    /// After this they may come again, ms.
    free: i64,
}

/// Everybody so far.
#[derive(Default)]
pub struct People {
    known: Vec<Known>,
    addresses: HashSet<String>,
    /// Those who were hired once.
    hired: Vec<usize>,
    seed: u64,
}

/// How far somebody got.
struct Course {
    changes: Vec<StageChanged>,
    stage: usize,
    /// Reason, when; and whether that was a hire.
    end: Option<(String, i64, bool)>,
    /// When the offer was made.
    offered: Option<i64>,
}

impl People {
    pub fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// How many people there are.
    pub fn count(&self) -> usize {
        self.known.len()
    }

    /// Somebody new; now and then somebody who is there already, by another address.
    fn somebody(&mut self, chance: &mut Chance, rows: &mut Rows, place: &str, at: i64) -> usize {
        let twin = (!self.known.is_empty() && chance.percent(1)).then(|| chance.below(self.known.len()));
        let name = twin.map_or_else(|| names::name(chance), |twin| self.known[twin].name.clone());
        let (host, base) = (*chance.of(&["mail", "post", "inbox"]), names::address(&name));
        // A few have none.
        let email = (!chance.percent(3)).then(|| {
            let mut email = format!("{base}@{host}{}.example", self.seed);
            let mut n = 1;
            while !self.addresses.insert(email.clone()) {
                n += 1;
                email = format!("{base}{}@{host}{}.example", if n == 2 { chance.below(10_000) } else { n }, self.seed);
            }
            email
        });
        let id = chance.id();
        let phones = if chance.percent(70) {
            json!([{ "type": "mobile", "value": format!("+{} {:08}", chance.between(1, 99), chance.below(99_999_999)) }])
        } else {
            json!([])
        };
        let links =
            if chance.percent(45) { json!([format!("https://profiles.example/{}{}", base.replace('.', "-"), self.known.len())]) } else { json!([]) };
        let headline = if chance.percent(80) { format!("{}, {}", chance.of(&COMPANIES), chance.of(&COMPANIES)) } else { String::new() };
        let emails = json!(email.iter().collect::<Vec<_>>());
        rows.add(
            CONTACT,
            params![id.as_str(), name.as_str(), headline, place, emails.to_string(), phones.to_string(), links.to_string(), false, at, at],
        );
        if let Some(email) = &email {
            rows.add(EMAIL, params![email.as_str(), id.as_str()]);
        }
        self.known.push(Known { id, name, email, free: at });
        self.known.len() - 1
    }

    /// Makes one candidacy, whole.
    pub fn candidacy(&mut self, chance: &mut Chance, rows: &mut Rows, path: &Path<'_>, company: &mut Company) {
        // Nobody comes to a draft; one in fifty is known without a job in mind.
        let job = (!chance.percent(2)).then(|| chance.below(company.jobs.len()));
        let window = job.map_or((START, END), |job| company.jobs[job].open);
        let at = chance.between(window.0, window.1.min(END - DAY / 2));
        let (origin, _, sources) = ORIGINS[chance.weighted(&ORIGINS.map(|(_, share, _)| share))];
        // Some come again, and a few of those who were hired and left come back.
        let (again, back) = (chance.percent(20), chance.percent(2));
        let again = match (back && !self.hired.is_empty(), again && !self.known.is_empty()) {
            (true, _) => Some(self.hired[chance.below(self.hired.len())]),
            (_, true) => Some(chance.below(self.known.len())),
            _ => None,
        };
        let place = job.map_or("", |job| company.jobs[job].location);
        let who = match again.filter(|who| self.known[*who].free < at) {
            Some(who) => who,
            None => self.somebody(chance, rows, place, at),
        };
        let recruiter = job.map_or(0, |job| company.jobs[job].owner);
        let by = company.people[recruiter].id.clone();
        let returns = again == Some(who) && self.hired.contains(&who);
        let course = course(chance, path, origin, at, &by, (job.is_some(), returns));
        let last = course.changes.last().map_or(at, |change| change.updated_at);
        let updated = course.end.as_ref().map_or(last, |(_, end, _)| (*end).max(last));
        let (id, source) = (chance.id(), *chance.of(sources));
        let mut tags: Vec<String> = Vec::new();
        if let Some(job) = job {
            let job = &company.jobs[job];
            tags.extend([&*job.text, job.team, job.department, job.location, job.commitment].map(str::to_owned));
        }
        if chance.percent(30) {
            tags.push((*chance.of(&TAGS)).to_owned());
        }
        let tags = crate::moves::distinct(tags);
        let application = job.map(|_| chance.id());
        let hired = course.end.as_ref().is_some_and(|(_, _, hired)| *hired);
        let (reason, archived_at) = course.end.as_ref().map_or((None, None), |(reason, end, _)| (Some(reason.clone()), Some(*end)));
        let stage = &path.stages[course.stage];
        let confidential = job.is_some_and(|job| company.jobs[job].confidential);
        let deleted = (!hired && chance.below(250) == 0).then(|| (updated + 3 * DAY).min(END));
        let snoozed = (archived_at.is_none() && chance.percent(4)).then(|| END + chance.between(1, 90) * DAY);
        rows.add(
            OPPORTUNITY,
            params![
                id.as_str(),
                self.known[who].id.as_str(),
                stage.id.as_str(),
                course.stage as i64,
                last,
                origin,
                by.as_str(),
                (origin == "sourced").then(|| by.clone()),
                json!([by]).to_string(),
                text_of(&course.changes),
                reason.clone(),
                archived_at,
                hired,
                application.clone(),
                job.map(|job| company.jobs[job].id.clone()),
                place,
                text_of(&tags),
                json!([source]).to_string(),
                if confidential { "confidential" } else { "non-confidential" },
                at,
                updated,
                updated,
                snoozed,
                deleted,
                deleted.map(|_| by.clone()),
                -last
            ],
        );
        // What is deleted is in no list but its own.
        let labelled = if deleted.is_some() { &[][..] } else { &tags[..] };
        for (kind, text) in labelled.iter().map(|tag| ("tag", tag.as_str())).chain(deleted.is_none().then_some(("source", source))) {
            rows.add(LABEL, params![kind, text, id.as_str()]);
        }
        let of = Of { id: &id, application: application.as_deref(), by: &by, stage: &stage.id };
        self.written(chance, rows, &of, at, updated);
        if let (Some(job), Some(application)) = (job, &application) {
            let requisition = company.jobs[job].requisition.as_ref().filter(|_| hired);
            let filled = requisition
                .map_or(Value::Null, |r| json!({ "id": r.id, "requisitionCode": r.requisition_code, "hiringManagerOnHire": r.hiring_manager }));
            company.jobs[job].hired += i64::from(hired);
            let job = &company.jobs[job];
            self.applied(chance, rows, &of, job, company, (who, origin, at), (reason, archived_at, filled));
            interviews(chance, rows, &of, company, application, &course);
            if let Some(offered) = course.offered {
                self.offer(chance, rows, &of, job, company, (who, offered, hired));
            }
        }
        if hired {
            self.hired.push(who);
        }
        // Whoever was hired may leave, and come back after a year or more.
        let known = &mut self.known[who];
        known.free = updated + if hired { chance.between(300, 1500) } else { chance.between(30, 400) } * DAY;
    }

    fn written(&self, chance: &mut Chance, rows: &mut Rows, of: &Of<'_>, from: i64, until: i64) {
        for _ in 0..chance.weighted(&[45, 30, 15, 7, 3]) {
            let at = chance.between(from, until + 1);
            let comment = json!([{
                "type": "note", "text": "Comment", "value": chance.of(&SAID), "createdAt": at, "user": of.by, "stage": of.stage,
                "score": chance.percent(10).then(|| chance.between(1, 5)),
            }]);
            rows.add(NOTE, params![chance.id(), of.id, of.by, chance.percent(5), comment.to_string(), at]);
        }
    }

    #[allow(clippy::too_many_arguments, reason = "what one row holds")]
    fn applied(
        &self,
        chance: &mut Chance,
        rows: &mut Rows,
        of: &Of<'_>,
        job: &Job,
        company: &Company,
        (who, origin, at): (usize, &str, i64),
        (reason, archived_at, filled): (Option<String>, Option<i64>, Value),
    ) {
        let (person, owner, manager) = (&self.known[who], &company.people[job.owner].id, &company.people[job.manager].id);
        let kind = match origin {
            "referred" => "referral",
            "applied" | "internal" => "posting",
            _ => "user",
        };
        let referrer = (origin == "referred").then(|| chance.below(company.people.len()));
        let submitted = json!({
            "name": person.name, "email": person.email, "phone": null, "company": chance.of(&COMPANIES), "links": [], "comments": null,
            "customQuestions": [], "requisitionForHire": filled, "ipAddress": null, "referer": null, "userAgent": null, "acceptLanguage": null,
            "timezone": null,
        });
        let by = referrer.map_or_else(|| (kind == "user").then(|| of.by.to_owned()), |referrer| Some(company.people[referrer].id.clone()));
        rows.add(
            APPLICATION,
            params![
                of.application.unwrap_or_default(),
                of.id,
                job.id.as_str(),
                kind,
                by,
                manager.as_str(),
                owner.as_str(),
                submitted.to_string(),
                at,
                reason,
                archived_at
            ],
        );
        if let Some(referrer) = referrer {
            let user = &company.people[referrer];
            let mut field = |text: &str, value: &str| json!({ "id": chance.id(), "type": "text", "text": text, "description": "", "required": false, "value": value });
            let fields = json!([field("Name of referrer", &user.name), field("Relationship", "Worked together")]);
            rows.add(REFERRAL, params![chance.id(), of.id, user.id.as_str(), user.id.as_str(), fields.to_string(), of.stage, at]);
        }
        if job.country == "US" && origin == "applied" && chance.percent(40) {
            let mut answers = json!({});
            for (question, options) in crate::applying::EEO {
                if chance.percent(80) {
                    answers[question] = json!(chance.of(options));
                }
            }
            rows.add(EEO, params![of.application.unwrap_or_default(), chance.id(), of.id, answers.to_string(), at]);
        }
    }

    fn offer(&self, chance: &mut Chance, rows: &mut Rows, of: &Of<'_>, job: &Job, company: &Company, (who, at, hired): (usize, i64, bool)) {
        let person = &self.known[who];
        let status = if hired { "signed" } else { *chance.of(&["sent", "denied", "approved", "draft", "opened"]) };
        let field = |text: &str, identifier: &str, value: Value| json!({ "text": text, "identifier": identifier, "value": value });
        let fields = json!([
            field("Candidate name", "candidate_name", json!(person.name)),
            field("Job title", "job_title", json!(job.text)),
            field("Team", "team", json!(job.team)),
            field("Location", "location/office", json!(job.location)),
            field("Hiring manager", "hiring_manager", json!(company.people[job.manager].id)),
            field("Salary", "salary_amount", json!((chance.between(32, 160) * 1000).to_string())),
            field("Anticipated start date", "anticipated_start_date", json!((at / DAY + chance.between(14, 120)) * DAY)),
        ]);
        let signed = hired.then_some(at + DAY / 4);
        let signatures = json!({ "candidate": {
            "role": "candidate", "name": person.name, "email": person.email, "firstOpenedAt": signed, "lastOpenedAt": signed, "signedAt": signed, "signed": hired,
        }});
        let approved = status != "draft";
        rows.add(
            OFFER,
            params![
                chance.id(),
                of.id,
                job.id.as_str(),
                of.by,
                status,
                fields.to_string(),
                signatures.to_string(),
                approved,
                approved.then_some(at),
                (approved && status != "approved").then_some(at),
                at
            ],
        );
    }
}

/// Whose rows these are.
struct Of<'a> {
    id: &'a str,
    application: Option<&'a str>,
    by: &'a str,
    stage: &'a str,
}

/// Through the pipeline, a stage at a time, until somebody says no, or yes, or history ends.
fn course(chance: &mut Chance, path: &Path<'_>, origin: &str, from: i64, by: &str, (has_job, returns): (bool, bool)) -> Course {
    let place = |id: &str| path.stages.iter().position(|stage| stage.id == id).unwrap_or(0);
    let entry = if matches!(origin, "sourced" | "agency") { place("lead-new") } else { place("applicant-new") };
    let by_person = matches!(origin, "sourced" | "agency").then(|| by.to_owned());
    let change = |stage: usize, at: i64, user: Option<String>| StageChanged {
        to_stage_id: path.stages[stage].id.clone(),
        to_stage_index: stage as i64,
        updated_at: at,
        user_id: user,
    };
    let mut course = Course { changes: vec![change(entry, from, by_person)], stage: entry, end: None, offered: None };
    let reason = |chance: &mut Chance, hired: bool| {
        let fits: Vec<&ArchiveReason> = path.reasons.iter().filter(|reason| (reason.kind == "hired") == hired).collect();
        fits.get(chance.below(fits.len())).map(|reason| reason.id.clone())
    };
    let mut at = from;
    loop {
        at += chance.between(DAY / 24, 12 * DAY);
        if at >= END {
            return course;
        }
        let is_last = course.stage + 1 == path.stages.len();
        if is_last && chance.percent(75) {
            course.end = reason(chance, true).filter(|_| has_job).map(|reason| (reason, at, true));
            return course;
        }
        if is_last
            || !chance.percent(if returns {
                90
            } else if course.stage <= entry {
                36
            } else {
                58
            })
        {
            course.end = reason(chance, false).map(|reason| (reason, at, false));
            return course;
        }
        // Not everybody takes every step.
        course.stage = (course.stage + 1 + usize::from(chance.percent(20))).min(path.stages.len() - 1);
        course.changes.push(change(course.stage, at, Some(by.to_owned())));
        if course.stage + 1 == path.stages.len() {
            course.offered = Some(at + DAY / 12);
        }
    }
}

/// An interview for each stage in which people are met.
fn interviews(chance: &mut Chance, rows: &mut Rows, of: &Of<'_>, company: &Company, application: &str, course: &Course) {
    for change in course.changes.iter().filter(|change| change.to_stage_index >= 5) {
        if !chance.percent(70) {
            continue;
        }
        let (panel, made) = (chance.id(), change.updated_at + DAY / 24);
        let date = made / DAY * DAY + chance.between(1, 9) * DAY + chance.between(8, 17) * (DAY / 24);
        rows.add(
            PANEL,
            params![
                panel.as_str(),
                of.id,
                json!([application]).to_string(),
                "UTC",
                "daily",
                None::<String>,
                None::<String>,
                chance.percent(30),
                of.by,
                change.to_stage_id.as_str(),
                made
            ],
        );
        for n in 0..1 + chance.weighted(&[60, 25, 15]) as i64 {
            let asks = &company.people[chance.below(company.people.len())];
            let interviewers = json!([{ "id": asks.id, "feedbackTemplate": "no-feedback" }]);
            let subject = *chance.of(&["Technical interview", "Meet the team", "Hiring manager interview", "Work sample", "Values interview"]);
            rows.add(
                INTERVIEW,
                params![
                    chance.id(),
                    panel.as_str(),
                    of.id,
                    subject,
                    "",
                    interviewers.to_string(),
                    date + n * (DAY / 24),
                    *chance.of(&[30i64, 45, 60]),
                    None::<String>,
                    None::<String>,
                    "daily",
                    of.by,
                    change.to_stage_id.as_str(),
                    made
                ],
            );
        }
    }
}
