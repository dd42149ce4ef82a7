//! People who were found, for `--demo`. Some of them are in the demo's Lever too: by an address, by an account, by where they worked.

use super::profiles::{Post, Profile};
use crate::Partners;

/// Name, title, company, place, skills, where before, school.
const FOUND: [(&str, &str, &str, &str, &str, &str, &str); 24] = [
    ("Amara Okafor", "Senior Backend Engineer", "Northstar Systems", "Berlin", "Rust, PostgreSQL, Kubernetes", "Havelock Labs", "TU Berlin"),
    ("Mateus Carvalho", "Robotics Engineer", "Atlas Automation", "Lisbon", "C++, ROS, Control", "Instituto Motriz", "Técnico Lisboa"),
    ("Ingrid Solberg", "Product Designer", "Fjord Studio", "Oslo", "Figma, Research, Prototyping", "Lyspunkt", "AHO"),
    ("Kenji Watanabe", "Embedded Engineer", "Kumo Devices", "Osaka", "C, Rust, RTOS", "Sakura Works", "Osaka University"),
    ("Priya Raman", "Data Engineer", "Meridian Analytics", "London", "Python, Spark, dbt", "Copperline", "Imperial College"),
    ("Lucía Fernández", "Engineering Manager", "Delta Motion", "Madrid", "Leadership, Go, Hiring", "Northstar Systems", "UPM"),
    ("Tomáš Dvořák", "Site Reliability Engineer", "Atlas Automation", "Prague", "Linux, Terraform, Go", "Vltava Cloud", "ČVUT"),
    ("Nadia Haddad", "Account Executive", "Meridian Analytics", "London", "Sales, Negotiation, French", "Copperline", "LSE"),
    ("Jonas Weber", "Backend Engineer", "Havelock Labs", "Hamburg", "Java, Rust, Kafka", "Elbe Software", "Uni Hamburg"),
    ("Aoife Byrne", "People Partner", "Liffey Health", "Dublin", "Employee relations, Coaching", "Harbour HR", "UCD"),
    ("Chen Wei", "Computer Vision Engineer", "Kumo Devices", "Munich", "Python, C++, OpenCV", "Isar Vision", "TUM"),
    ("Fatou Ndiaye", "Frontend Engineer", "Fjord Studio", "Paris", "TypeScript, Accessibility", "Seine Digital", "Epitech"),
    ("Marek Nowicki", "Mechanical Engineer", "Delta Motion", "Kraków", "CAD, FEA, Prototyping", "Wawel Robotics", "AGH"),
    ("Sofia Rossi", "Product Manager", "Northstar Systems", "Milan", "Discovery, Roadmaps, SQL", "Seine Digital", "Bocconi"),
    ("Omar Farouk", "Security Engineer", "Vltava Cloud", "Berlin", "Threat modelling, Rust", "Havelock Labs", "Cairo University"),
    ("Elena Petrescu", "QA Engineer", "Copperline", "Cluj", "Testing, Playwright, Python", "Elbe Software", "UTCN"),
    ("Henrik Lund", "Controls Engineer", "Atlas Automation", "Copenhagen", "PLC, Rust, Safety", "Delta Motion", "DTU"),
    ("Yuki Tanaka", "Technical Writer", "Sakura Works", "Remote", "Docs, APIs, Markdown", "Kumo Devices", "Waseda"),
    ("Grace Mensah", "Finance Analyst", "Liffey Health", "Accra", "Modelling, Excel, SQL", "Harbour HR", "University of Ghana"),
    ("Daniel Kim", "Machine Learning Engineer", "Isar Vision", "Munich", "PyTorch, C++, MLOps", "Kumo Devices", "ETH Zürich"),
    ("Layla Abbasi", "Recruiter", "Harbour HR", "London", "Sourcing, Interviewing", "Liffey Health", "King's College"),
    ("Viktor Novák", "DevOps Engineer", "Vltava Cloud", "Brno", "AWS, Nix, Rust", "Atlas Automation", "VUT"),
    ("Camille Laurent", "UX Researcher", "Seine Digital", "Lyon", "Interviews, Surveys", "Fjord Studio", "Sciences Po"),
    ("Samuel Osei", "Full-stack Engineer", "Elbe Software", "Hamburg", "TypeScript, Rust, SQL", "Copperline", "KNUST"),
];

/// Of these the demo's Lever has a candidacy: name, address there.
const APPLIED: [(&str, &str); 3] = [
    ("Grace Wanjiku", "grace.wanjiku@mail.example"),
    ("Hiro Yamamoto", "hiro.yamamoto@mail.example"),
    ("Clara Schmidt", "clara.schmidt@mail.example"),
];

fn plain(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .filter_map(|c| {
            if c.is_ascii_alphanumeric() {
                Some(c)
            } else if c == ' ' {
                Some('.')
            } else {
                None
            }
        })
        .collect()
}

impl Partners {
    pub(crate) async fn fill_findem(&self) -> db::Result<()> {
        let tx = self.db.begin().await?;
        let post = |title: &str, company: &str, years: &str| Post { title: title.to_owned(), company: company.to_owned(), years: years.to_owned() };
        for (name, title, company, location, skills, before, school) in FOUND {
            let handle = plain(name);
            let profile = Profile {
                origin: "sourced".to_owned(),
                name: name.to_owned(),
                title: title.to_owned(),
                company: company.to_owned(),
                location: location.to_owned(),
                skills: skills.to_owned(),
                summary: format!("{title} at {company} since 2022, in {location}. Before that at {before}."),
                experience: vec![post(title, company, "2022 to now"), post(title, before, "2018 to 2022")],
                education: vec![post("Master's degree", school, "2016 to 2018")],
                emails: vec![format!("{handle}@inbox.example")],
                links: vec![format!("https://www.linkedin.com/in/{handle}"), format!("https://github.com/{}", handle.replace('.', "-"))],
                ..Profile::default()
            };
            self.add_fd_profile(&tx, &profile).await?;
        }
        for (name, email) in APPLIED {
            let profile = Profile {
                origin: "sourced".to_owned(),
                name: name.to_owned(),
                title: "Staff Engineer".to_owned(),
                company: "Havelock Labs".to_owned(),
                location: "London".to_owned(),
                skills: "Compilers, Rust, Mentoring".to_owned(),
                experience: vec![post("Staff Engineer", "Havelock Labs", "2019 to now")],
                emails: vec![email.to_owned()],
                ..Profile::default()
            };
            self.add_fd_profile(&tx, &profile).await?;
        }
        tx.commit().await
    }
}
