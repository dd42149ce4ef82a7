//! The company behind a generated account: who works there, what it advertises, which headcount it has.

use super::chance::Chance;
use super::rows::{Rows, Table};
use super::{DAY, END, START, names};
use crate::profiles::text_of;
use db::params;
use lever_api::Requisition;
use serde_json::json;

const PERSON: Table = ("person", "id, name, username, email, access_role, job_title, external_directory_id, created_at, deactivated_at");
const POSTING: Table = (
    "posting",
    "id, text, state, creator, owner, hiring_manager, team, department, location, commitment, level, all_locations, tags, followers, content, \
     country, workplace_type, distribution_channels, requisition_codes, confidentiality, extra, created_at, updated_at",
);
const REQUISITION: Table = ("requisition", "id, code, status, doc, confidentiality, hired, created_at, updated_at");

/// Department, team, titles.
const TEAMS: [(&str, &str, &str); 16] = [
    ("Engineering", "Platform", "Backend Engineer,Site Reliability Engineer,Database Engineer,Staff Engineer"),
    ("Engineering", "Web", "Frontend Engineer,Full Stack Engineer,Accessibility Engineer"),
    ("Engineering", "Motion", "Robotics Engineer,Controls Engineer,Embedded Software Engineer"),
    ("Engineering", "Data", "Data Engineer,Machine Learning Engineer,Analytics Engineer"),
    ("Engineering", "Security", "Security Engineer,Application Security Lead"),
    ("Product", "Design", "Product Designer,Design Researcher,Brand Designer"),
    ("Product", "Product Management", "Product Manager,Group Product Manager,Product Analyst"),
    ("Product", "Documentation", "Technical Writer,Documentation Lead"),
    ("Sales", "EMEA", "Account Executive,Sales Development Representative,Solutions Engineer"),
    ("Sales", "Americas", "Enterprise Account Executive,Regional Sales Director,Account Manager"),
    ("Sales", "APAC", "Account Executive,Partner Manager"),
    ("Customer Success", "Support", "Support Engineer,Customer Support Specialist,Support Team Lead"),
    ("Customer Success", "Onboarding", "Implementation Manager,Onboarding Specialist"),
    ("People", "People Operations", "People Partner,Payroll Specialist,Recruiter,Talent Sourcer"),
    ("Finance", "Accounting", "Accountant,Financial Controller,Tax Manager"),
    ("Operations", "Manufacturing", "Process Technician,Supply Chain Planner,Quality Inspector,Plant Manager"),
];

/// City and country.
const CITIES: [(&str, &str); 14] = [
    ("Berlin", "DE"),
    ("München", "DE"),
    ("Lisbon", "PT"),
    ("London", "GB"),
    ("Paris", "FR"),
    ("Kraków", "PL"),
    ("New York, NY", "US"),
    ("Austin, TX", "US"),
    ("Toronto, ON", "CA"),
    ("São Paulo", "BR"),
    ("Nairobi", "KE"),
    ("Bengaluru", "IN"),
    ("Singapore", "SG"),
    ("東京 Tokyo", "JP"),
];

/// Somebody who works in the account.
pub struct Colleague {
    pub id: String,
    pub name: String,
}

/// A posting, as far as candidates have to do with it.
pub struct Job {
    pub id: String,
    pub text: String,
    pub team: &'static str,
    pub department: &'static str,
    pub location: &'static str,
    pub country: &'static str,
    pub commitment: &'static str,
    pub owner: usize,
    pub manager: usize,
    pub confidential: bool,
    pub requisition: Option<Requisition>,
    /// How many were hired for it.
    pub hired: i64,
    /// When it was published, and when it was closed, ms.
    pub open: (i64, i64),
}

/// The company.
pub struct Company {
    pub people: Vec<Colleague>,
    pub jobs: Vec<Job>,
}

/// Makes a company whose size goes with the candidates it has seen.
pub fn make(chance: &mut Chance, rows: &mut Rows, seed: u64, opportunities: usize) -> Company {
    let people = colleagues(chance, rows, seed, (opportunities / 400).clamp(8, 250));
    for (department, team, _) in TEAMS {
        rows.add(("department", "name"), params![department]);
        rows.add(("team", "name, department"), params![team, department]);
    }
    for (city, _) in CITIES {
        rows.add(("location", "name"), params![city]);
    }
    for kind in ["Full-time", "Part-time", "Contract", "Internship"] {
        rows.add(("work_type", "name"), params![kind]);
    }
    let jobs = (0..(opportunities / 140).clamp(6, 4_000)).map(|n| job(chance, rows, seed, n, &people)).collect();
    Company { people, jobs }
}

fn colleagues(chance: &mut Chance, rows: &mut Rows, seed: u64, count: usize) -> Vec<Colleague> {
    let colleague = |n: usize| {
        let (id, name) = (chance.id(), names::name(chance));
        let role = match n {
            0 => "super admin",
            1..=4 => "admin",
            _ => *chance.of(&["team member", "team member", "limited team member", "limited team member", "limited team member", "interviewer"]),
        };
        let username = format!("{}{n}", names::address(&name).replace('.', ""));
        let began = chance.between(START - 400 * DAY, END - 30 * DAY);
        let left = (n > 12 && chance.percent(12)).then(|| chance.between(began, END));
        let title = chance.of(&["Recruiter", "Engineering Manager", "Head of Sales", "Talent Sourcer", "Team Lead", "People Partner"]);
        let email = format!("{username}@generated{seed}.example");
        rows.add(PERSON, params![id.as_str(), name.as_str(), username, email, role, *title, format!("E-{seed}-{n}"), began, left]);
        Colleague { id, name }
    };
    (0..count).map(colleague).collect()
}

fn job(chance: &mut Chance, rows: &mut Rows, seed: u64, n: usize, people: &[Colleague]) -> Job {
    let (department, team, titles) = *chance.of(&TEAMS);
    let titles: Vec<&str> = titles.split(',').collect();
    let text = format!("{}{}", if chance.percent(25) { "Senior " } else { "" }, chance.of(&titles));
    let (location, country) = *chance.of(&CITIES);
    let commitment = ["Full-time", "Part-time", "Contract", "Internship"][chance.weighted(&[80, 8, 8, 4])];
    // More were opened in later years.
    let (begins, ends) = (START, END - 15 * DAY);
    let opened = chance.between(begins, ends).max(chance.between(begins, ends));
    let closed = opened + chance.between(20, 160) * DAY;
    let state = if closed < END { "closed" } else { ["published", "internal", "draft"][chance.weighted(&[90, 7, 3])] };
    let (owner, manager) = (chance.below(people.len().min(40)), chance.below(people.len()));
    // A few, and one in every account.
    let confidential = n % 50 == 3;
    let confidentiality = if confidential { "confidential" } else { "non-confidential" };
    let (id, code) = (chance.id(), format!("G{seed}-{n:05}"));
    let requisition = chance.percent(60).then(|| chance.id());
    let body = format!("We look for a {text} who joins {team} in {location}.");
    let lists = json!([
        { "text": "What you do", "content": "<li>Work with people who care</li><li>Leave things better than they were</li>" },
        { "text": "What you bring", "content": "<li>Curiosity</li><li>Some years of doing it</li>" },
    ]);
    let content = json!({ "description": body, "descriptionHtml": format!("<div>{body}</div>"), "lists": lists, "closing": "", "closingHtml": "" });
    let (min, more) = (chance.between(30, 120) * 1000, chance.between(5, 40) * 1000);
    let range = json!({ "min": min, "max": min + more, "currency": if country == "US" { "USD" } else { "EUR" }, "interval": "per-year-salary" });
    let extra = if chance.percent(40) { json!({ "salaryRange": range }) } else { json!({}) };
    let channels = (state != "draft").then(|| json!(["public", "internal"]).to_string());
    let codes = json!(requisition.iter().map(|_| &code).collect::<Vec<_>>());
    let by = |at: usize| people[at].id.as_str();
    rows.add(
        POSTING,
        params![
            id.as_str(),
            text.as_str(),
            state,
            by(owner),
            by(owner),
            by(manager),
            team,
            department,
            location,
            commitment,
            None::<String>,
            json!([location]).to_string(),
            "[]",
            "[]",
            content.to_string(),
            country,
            *chance.of(&["onsite", "hybrid", "remote"]),
            channels,
            codes.to_string(),
            confidentiality,
            extra.to_string(),
            opened,
            opened.max(closed.min(END))
        ],
    );
    let requisition = requisition.map(|of| Requisition {
        id: of,
        requisition_code: code,
        name: format!("{text}, {location}"),
        status: if state == "closed" { "closed" } else { "open" }.to_owned(),
        headcount_total: json!(chance.between(1, 6)),
        creator: json!(by(owner)),
        owner: json!(by(owner)),
        hiring_manager: json!(by(manager)),
        compensation_band: range,
        approval: json!({ "steps": [] }),
        employment_status: Some(commitment.to_lowercase()),
        location: Some(location.to_owned()),
        team: Some(team.to_owned()),
        department: Some(department.to_owned()),
        postings: vec![json!(id)],
        confidentiality: confidentiality.to_owned(),
        created_at: opened,
        closed_at: (state == "closed").then_some(closed),
        updated_at: if state == "closed" { closed } else { opened },
        ..Requisition::default()
    });
    Job { id, text, team, department, location, country, commitment, owner, manager, confidential, requisition, hired: 0, open: (opened, closed) }
}

/// Writes down the headcount, with how many of it were hired.
pub fn count(jobs: &[Job], rows: &mut Rows) {
    for (job, requisition) in jobs.iter().filter_map(|job| Some((job, job.requisition.as_ref()?))) {
        let total = requisition.headcount_total.as_i64().unwrap_or(1).max(job.hired);
        let doc = Requisition { headcount_total: json!(total), headcount_hired: job.hired, ..requisition.clone() };
        let values = params![
            doc.id.as_str(),
            doc.requisition_code.as_str(),
            doc.status.as_str(),
            text_of(&doc),
            doc.confidentiality.as_str(),
            job.hired,
            doc.created_at,
            doc.updated_at
        ];
        rows.add(REQUISITION, values);
    }
}
