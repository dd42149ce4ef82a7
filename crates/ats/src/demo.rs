//! A small, believable company for `--demo`: people of every role, postings, and candidates all along the pipeline.

use crate::Ats;
use crate::moves::Archiving;
use crate::offers::Terms;
use crate::people::NewPerson;
use crate::sensitive::Sensitive;
use clock::Ms;
use db::{Sql, params};
use lever_api::{Categories, FormField, NewFeedbackTemplate, NewOpportunity, Phone, Posting, Requisition, RequisitionField};
use serde_json::json;
use std::time::Duration;

/// The password of every demo login, on all three sides.
pub const PASSWORD: &str = "demo-demo";

/// One login for each role: name, e-mail, role.
pub const LOGINS: [(&str, &str, &str); 5] = [
    ("Ines Bauer", "ines@northwind.example", "Super Admin"),
    ("Omar Haddad", "omar@northwind.example", "Admin"),
    ("Mei Tanaka", "mei@northwind.example", "Team Member"),
    ("Tomasz Nowak", "tomasz@northwind.example", "Limited Team Member"),
    ("Ruth Adeyemi", "ruth@northwind.example", "Interviewer"),
];

const JOBS: [(&str, &str, &str, &str, &str); 6] = [
    ("Backend Engineer", "Engineering", "Platform", "Berlin", "Full-time"),
    ("Robotics Engineer", "Engineering", "Motion", "Berlin", "Full-time"),
    ("Product Designer", "Product", "Design", "Lisbon", "Full-time"),
    ("Account Executive", "Sales", "EMEA", "London", "Full-time"),
    ("People Partner", "People", "People Operations", "Lisbon", "Part-time"),
    ("Technical Writer", "Product", "Documentation", "London", "Contract"),
];

/// Names from many cultures, of one to four words; the last names collide on purpose here and there.
const NAMES: [&str; 62] = [
    "Ada Lovelace Byron",
    "Kwame Mensah",
    "Yuki Sato",
    "María José García López",
    "Jan van den Berg",
    "Priya Raman",
    "Liam O'Connor",
    "Fatima Zahra Benali",
    "Chen Wei",
    "Anna Kowalska",
    "Sukarno",
    "Ingrid Sørensen",
    "Mateo Fernández",
    "Aisha Bello",
    "Nikolaos Papadopoulos",
    "Zeynep Yılmaz",
    "Dmytro Shevchenko",
    "Amélie Dubois",
    "Ravi Shankar Iyer",
    "Hannah Müller",
    "Tariq al-Mansour",
    "Sofia Rossi",
    "Nguyễn Thị Mai",
    "Joao Silva",
    "Freya Lindqvist",
    "Daniel Kim",
    "Chiara Conti",
    "Moses Otieno",
    "Elif Demir",
    "Lucas Martin",
    "Noor Hassan",
    "Viktor Petrov",
    "Grace Wanjiku",
    "Pablo Ruiz",
    "Emma Johansson",
    "Arjun Mehta",
    "Leila Karimi",
    "Thomas Weber",
    "Olga Ivanova",
    "Samuel Osei",
    "Julia Nowak",
    "Hiro Yamamoto",
    "Carla Mendes",
    "Ben Carter",
    "Ximena Torres",
    "Oskar Nilsson",
    "Mina Park",
    "Farid Rahimi",
    "Clara Schmidt",
    "Idris Diallo",
    "Lena Vogel",
    "Marco Bianchi",
    "Sana Qureshi",
    "Peter Novak",
    "Ana Horvat",
    "Tom Baker",
    "Wanda Zielińska",
    "Hassan Mirza",
    "Petra Kovács",
    "Jonas Lund",
    "Rosa Almeida",
    "Kenji Mori",
];

/// Why the last names are not in the running any more.
const ARCHIVED: [&str; 6] = ["Underqualified", "Withdrew", "Position filled", "Underqualified", "Timing", "No response"];

impl Ats {
    /// Fills an empty account. Does nothing when there are people already.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn fill_demo(&self) -> db::Result<()> {
        if !self.people().await?.is_empty() {
            return Ok(());
        }
        let account = "update account set name = $1, site = $2";
        self.db.run(account, params!["Northwind Robotics", "northwind"]).await?;
        let mut people = Vec::new();
        let hash = web::password::hash(PASSWORD).await;
        for (name, email, role) in LOGINS {
            let new = NewPerson {
                name: name.into(),
                email: email.into(),
                role: role.to_lowercase(),
                job_title: Some(if role == "Limited Team Member" { "Head of Engineering".into() } else { "Recruiting".into() }),
                password_hash: Some(hash.clone()),
                sensitive: match role {
                    "Admin" => Sensitive::all(),
                    "Team Member" => Sensitive { departments: vec!["Engineering".into()], ..Sensitive::default() },
                    _ => Sensitive::default(),
                },
            };
            people.push(self.add_person(new).await?);
        }
        let postings = self.demo_postings(&people).await?;
        self.demo_forms(&people, &postings).await?;
        self.demo_candidates(&people, &postings).await?;
        // Where video interviews begin; nobody is there yet.
        let screen = self.stages().await?.into_iter().find(|stage| stage.text == "Recruiter screen");
        self.add_stage("Jobma", screen.as_ref().map_or("", |stage| stage.id.as_str()), None).await.map(drop)
    }

    /// A requisition for the first posting, with a field of the company's own; and a form that onboarding needs.
    async fn demo_forms(&self, people: &[String], postings: &[String]) -> db::Result<()> {
        let (now, tx) = (self.clock.now().0, self.db.begin().await?);
        let (title, department, team, location, _) = JOBS[0];
        let cost_center =
            RequisitionField { id: "cost_center".into(), text: "Cost center".into(), kind: "text".into(), ..RequisitionField::default() };
        self.add_requisition_field(&tx, &cost_center).await?;
        let requisition = Requisition {
            id: uuid::Uuid::new_v4().to_string(),
            requisition_code: "ENG-7".into(),
            name: format!("{title}, {location}"),
            status: "open".into(),
            headcount_total: json!(25),
            creator: json!(people[1]),
            owner: json!(people[1]),
            hiring_manager: json!(people[3]),
            compensation_band: json!({ "min": 50_000, "max": 90_000, "currency": "EUR", "interval": "per-year-salary" }),
            approval: json!({ "steps": [] }),
            employment_status: Some("full-time".into()),
            location: Some(location.into()),
            team: Some(team.into()),
            department: Some(department.into()),
            postings: vec![json!(postings[0])],
            custom_fields: json!({ "cost_center": "4711" }),
            confidentiality: "non-confidential".into(),
            created_at: now,
            updated_at: now,
            ..Requisition::default()
        };
        self.save_requisition(&tx, &requisition).await?;
        tx.run("update posting set requisition_codes = $1 where id = $2", params![json!(["ENG-7"]).to_string(), postings[0].as_str()]).await?;
        let ask = |kind: &str, text: &str, rest: serde_json::Value| FormField {
            id: uuid::Uuid::new_v4().to_string(),
            kind: kind.into(),
            text: text.into(),
            rest: rest.as_object().cloned().unwrap_or_default(),
            ..FormField::default()
        };
        let options = ["S", "M", "L", "XL"].map(|text| json!({ "text": text }));
        let sizes = json!({ "prompt": "Select one", "options": options });
        let template = lever_api::FormTemplate {
            id: uuid::Uuid::new_v4().to_string(),
            text: "Onboarding data".into(),
            instructions: "Ask the new colleague before the first day.".into(),
            fields: vec![
                ask("text", "Preferred first name", json!({})),
                ask("dropdown", "T-shirt size", sizes),
                ask("date", "First day in the office", json!({})),
            ],
            ..lever_api::FormTemplate::default()
        };
        self.save_form_template(&tx, &template).await?;
        let scores = [("Craft", "Does the work well, and knows why."), ("Working together", "Listens, explains, asks.")];
        let scores = scores.map(|(text, description)| json!({ "text": text, "description": description }));
        let feedback = NewFeedbackTemplate {
            text: Some("Interview feedback".into()),
            instructions: Some("Say what you saw, not what you heard.".into()),
            fields: vec![
                ask(lever_api::SCORE_SYSTEM, "Overall", json!({})),
                ask("scorecard", "Skills", json!({ "scores": scores })),
                ask("textarea", "What went well, what did not?", json!({})),
            ],
            ..NewFeedbackTemplate::default()
        };
        self.add_feedback_template(&tx, feedback, false).await.map_err(|refusal| db::Error::new(refusal.message))?;
        tx.commit().await
    }

    async fn demo_postings(&self, people: &[String]) -> db::Result<Vec<String>> {
        let now = self.clock.now();
        let mut ids = Vec::new();
        let tx = self.db.begin().await?;
        for (age, (title, department, team, location, commitment)) in (1u64..).zip(JOBS) {
            let id = uuid::Uuid::new_v4().to_string();
            let at = now.minus(Duration::from_secs(age * 9 * 86_400)).0;
            let posting = Posting {
                id: id.clone(),
                text: title.into(),
                state: "published".into(),
                distribution_channels: Some(vec!["public".into(), "internal".into()]),
                user: json!(people[0]),
                owner: json!(people[1]),
                hiring_manager: json!(people[3]),
                categories: Categories {
                    commitment: Some(commitment.into()),
                    department: Some(department.into()),
                    location: Some(location.into()),
                    team: Some(team.into()),
                    all_locations: vec![location.into()],
                    ..Categories::default()
                },
                content: json!({ "description": format!("We look for a {title}."), "descriptionHtml": format!("<div>We look for a {title}.</div>"), "lists": [], "closing": "", "closingHtml": "" }),
                country: Some(
                    match location {
                        "Berlin" => "DE",
                        "Lisbon" => "PT",
                        _ => "GB",
                    }
                    .into(),
                ),
                confidentiality: "non-confidential".into(),
                workplace_type: Some("hybrid".into()),
                created_at: at,
                updated_at: at,
                ..Posting::default()
            };
            self.save_posting(&tx, &posting).await?;
            ids.push(id);
        }
        tx.commit().await?;
        Ok(ids)
    }

    /// The first 24 names stand in Offer with a signed offer, the last ones are archived; the others are spread over the stages before.
    async fn demo_candidates(&self, people: &[String], postings: &[String]) -> db::Result<()> {
        let (stages, reasons) = (self.stages().await?, self.archive_reasons().await?);
        let now = self.clock.now();
        let recruiter = people[2].as_str();
        let fault = |refusal: crate::refusal::Refusal| db::Error::new(refusal.message);
        let tx = self.db.begin().await?;
        for (i, name) in NAMES.iter().enumerate() {
            let offered = i < 24;
            let age = Duration::from_secs(86_400 * (5 + 3 * (i as u64 % 17)));
            let email: String = name.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '.' }).collect();
            let new = NewOpportunity {
                name: Some((*name).to_owned()),
                headline: Some(["Contoso", "Fabrikam", "Adventure Works", "Litware"][i % 4].to_owned()),
                location: Some(JOBS[i % JOBS.len()].3.to_owned()),
                emails: vec![format!("{email}@mail.example")],
                phones: vec![Phone { kind: Some("mobile".into()), value: format!("+49 30 5550 {i:04}") }],
                sources: vec![["Job site", "LinkedIn", "Added manually", "Posting"][i % 4].to_owned()],
                origin: Some(["applied", "sourced", "applied", "referred"][i % 4].to_owned()),
                stage: Some(if i % 4 == 1 { "lead-new" } else { "applicant-new" }.parse().map_err(|_| db::Error::new("a stage id"))?),
                postings: vec![postings[i % postings.len()].parse().map_err(|_| db::Error::new("a posting id"))?],
                created_at: Some(now.minus(age).0),
                ..NewOpportunity::default()
            };
            let created = self.create_opportunity(&tx, Some(recruiter), &new, true).await.map_err(fault)?;
            let stage = if offered { "offer" } else { stages[i % (stages.len() - 1)].id.as_str() };
            self.move_to(&tx, &created.id, Some(recruiter), stage).await.map_err(fault)?;
            if offered {
                // Mondays, some weeks ahead.
                let days = now.0 / 86_400_000;
                let monday = days + 7 - (days + 3) % 7 + 7 * (2 + i as i64 % 6);
                let terms = Terms { start: Some(Ms(monday * 86_400_000)), salary: Some(format!("{}", 52_000 + 1_500 * i)), status: "signed" };
                self.make_offer(&tx, &created.id, Some(recruiter), &terms).await.map_err(fault)?;
            }
            let because = i.checked_sub(NAMES.len() - ARCHIVED.len()).map(|n| ARCHIVED[n]);
            if let Some(reason) = reasons.iter().find(|reason| because == Some(&reason.text)) {
                let archiving = Archiving { reason: Some(&reason.id), at: Some(now.minus(Duration::from_secs(2 * 86_400)).0), requisition: None };
                self.archive(&tx, &created.id, Some(recruiter), archiving).await.map_err(fault)?;
            }
        }
        tx.commit().await
    }
}
