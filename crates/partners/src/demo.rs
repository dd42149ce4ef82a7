//! People and lists for `--demo`.

use crate::Partners;
use crate::hr_cloud::records::NewRecord;
use db::{Sql, params};
use serde_json::json;

/// The password of every demo login, on all three sides.
pub const PASSWORD: &str = "demo-demo";

/// Somebody who can sign in to an app.
pub struct Login {
    /// Which.
    pub app: &'static str,
    /// Their name.
    pub name: &'static str,
    /// Signs in with it.
    pub email: &'static str,
    /// What they may do there.
    pub role: &'static str,
}

const fn person(app: &'static str, name: &'static str, email: &'static str, role: &'static str) -> Login {
    Login { app, name, email, role }
}

/// One login for each role of each app; of each app first whoever may set up integrations.
pub const LOGINS: [Login; 13] = [
    person("hr-cloud", "Helen Marsh", "helen@northwind.example", "HR Admin"),
    person("hr-cloud", "Tomasz Nowak", "tomasz@northwind.example", "Manager"),
    person("hr-cloud", "Eva Lund", "eva@northwind.example", "Employee"),
    person("hr-cloud", "Sam Vendor", "sam@hrcloud.example", "Account Manager"),
    person("joinedly", "Jo Fisher", "jo@northwind.example", "Admin"),
    person("joinedly", "Malik Ansah", "malik@northwind.example", "Member"),
    person("jobma", "Vera Kim", "vera@northwind.example", "Account Admin"),
    person("jobma", "Rashid Amari", "rashid@northwind.example", "Evaluator"),
    person("job-ring", "Bianca Conti", "bianca@northwind.example", "Business Admin"),
    person("job-ring", "Rosa Lindqvist", "rosa@northwind.example", "Employee"),
    person("findem", "Fatima Diallo", "fatima@northwind.example", "Admin"),
    person("findem", "Robin Hale", "robin@northwind.example", "Recruiter"),
    person("findem", "Edda Brandt", "edda@northwind.example", "EEO Officer"),
];

/// Who may set up the integrations of an app.
#[must_use]
pub fn login(app: &str) -> &'static str {
    LOGINS.iter().find(|login| login.app == app).map_or("", |login| login.email)
}

impl Partners {
    /// Fills what is empty: each app has people, and what they work with.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn fill_demo(&self) -> db::Result<()> {
        let mut hash = String::new();
        for (app, _) in crate::accounts::apps() {
            if self.db.row("select id from account where app = $1 limit 1", params![app]).await?.is_some() {
                continue;
            }
            if hash.is_empty() {
                hash = web::password::hash(PASSWORD).await;
            }
            for login in LOGINS.iter().filter(|login| login.app == app) {
                self.add_account(app, login.name, login.email, login.role, &hash).await?;
            }
            match app {
                "hr-cloud" => self.fill_hr_cloud().await?,
                "joinedly" => self.fill_joinedly().await?,
                "job-ring" => self.fill_job_ring().await?,
                "findem" => self.fill_findem().await?,
                _ => self.fill_jobma().await?,
            }
        }
        Ok(())
    }

    /// Fills an empty HR Cloud with the lists and some employees of the demo company. "Technical Writer" and the
    /// department "Sales" are missing on purpose: those hires wait until one click adds them.
    ///
    /// # Errors
    /// When the database does not answer.
    async fn fill_hr_cloud(&self) -> db::Result<()> {
        self.set_hr_setting("lever_enabled", "yes").await?;
        self.set_hr_setting("employee_api", "yes").await?;
        let named = |kind: &'static str, field: &str, code: &str, names: &[&str]| -> Vec<NewRecord> {
            let entry = |name: &&str| {
                let mut doc = json!({ field: name, "xRecordStatus": "Active" });
                if !code.is_empty() {
                    doc[code] = json!(name.chars().filter(|c| c.is_alphanumeric()).take(6).collect::<String>().to_uppercase());
                }
                NewRecord { kind: kind.to_owned(), doc }
            };
            names.iter().map(entry).collect()
        };
        let mut records = named("xDepartment", "xDepartmentName", "xDepartmentCode", &["Engineering", "Product", "People"]);
        records.extend(named("xLocation", "xLocationName", "xLocationCode", &["Berlin", "Lisbon", "London"]));
        let titles = [
            "Backend Engineer",
            "Robotics Engineer",
            "Product Designer",
            "Account Executive",
            "People Partner",
            "Head of Engineering",
            "HR Director",
        ];
        records.extend(named("xPosition", "xPositionTitle", "xPositionCode", &titles));
        records.extend(named("xEmploymentType", "xType", "", &["Full-time", "Part-time", "Contract"]));
        for record in records {
            self.create_record(record).await?.map_err(db::Error::new)?;
        }
        for (number, first, last, email, title, department) in [
            ("1001", "Helen", "Marsh", "helen@northwind.example", "HR Director", "People"),
            ("1002", "Tomasz", "Nowak", "tomasz@northwind.example", "Head of Engineering", "Engineering"),
            ("1003", "Eva", "Lund", "eva@northwind.example", "Product Designer", "Product"),
        ] {
            let of = |kind: &'static str, name: &'static str| self.record_named(kind, name);
            let doc = json!({
                "xFirstName": first, "xLastName": last, "xFullName": format!("{first} {last}"), "xEmail": email, "xEmployeeNumber": number,
                "xRecordStatus": "Active", "xStartDate": "2021-03-01",
                "xPositionLookup": of("xPosition", title).await?, "xDepartmentLookup": of("xDepartment", department).await?,
                "xLocationLookup": of("xLocation", "Berlin").await?, "xEmploymentStatusLookup": of("xEmploymentStatus", "Active").await?,
                "xEmploymentTypeLookup": of("xEmploymentType", "Full-time").await?,
            });
            self.create_record(NewRecord { kind: "xEmployee".to_owned(), doc }).await?.map_err(db::Error::new)?;
        }
        Ok(())
    }
}
