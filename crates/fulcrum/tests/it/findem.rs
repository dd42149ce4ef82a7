//! Findem keeps a copy of Lever: what comes, how it is joined with who was found, and what it costs.

use crate::findem_set_up::{INTEGRATIONS, KEY, LEVER};
use crate::job_ring::{DAY, MINUTE};
use crate::world::{At, World, on_both};
use endpoint::Verb;
use serde_json::{Value, json};
use std::time::Duration;

pub const HOUR: Duration = Duration::from_secs(3600);

impl World {
    /// An hour goes by, in which Lever is asked what changed.
    pub async fn imports(&self) {
        self.later(HOUR).await;
    }

    /// The page of somebody at Findem, whose notes and files have come.
    pub async fn findem_profile(&self, who: &mut At, name: &str) -> String {
        let page = who.link(&format!("/findem/profiles?q={}", name.replace(' ', "+")), "", name).await;
        who.read(&page).await;
        self.drain().await;
        page
    }

    /// Adds somebody by Lever's API.
    pub async fn applies(&self, new: Value) -> String {
        self.clock.advance(Duration::from_secs(1));
        let key = self.key().await;
        let (_, users) = self.lever(&key, Verb::Get, "/v1/users?limit=1", Value::Null).await;
        let path = format!("/v1/opportunities?perform_as={}", users["data"][0]["id"].as_str().unwrap());
        let (status, made) = self.lever(&key, Verb::Post, &path, new).await;
        assert_eq!(status, 201, "{made}");
        made["data"]["id"].as_str().unwrap().to_owned()
    }

    /// Writes on an opportunity by Lever's API.
    pub async fn writes(&self, verb: Verb, opportunity: &str, what: &str, body: Value) -> Value {
        self.clock.advance(Duration::from_secs(1));
        let key = self.key().await;
        let (_, users) = self.lever(&key, Verb::Get, "/v1/users?limit=1", Value::Null).await;
        let path = format!("/v1/opportunities/{opportunity}/{what}?perform_as={}", users["data"][0]["id"].as_str().unwrap());
        let (status, answer) = self.lever(&key, verb, &path, body).await;
        assert!((200..300).contains(&status), "{path}: {answer}");
        answer
    }

    /// Somebody applies by Lever's API, and answers the question of gender with one of its options.
    async fn answers_eeo(&self, name: &str, option: usize) {
        self.clock.advance(Duration::from_secs(1));
        let key = self.key().await;
        let (_, postings) = self.lever(&key, Verb::Get, "/v1/postings?limit=1&state=published", Value::Null).await;
        let path = format!("/v1/postings/{}/apply", postings["data"][0]["id"].as_str().unwrap());
        let (_, form) = self.lever(&key, Verb::Get, &path, Value::Null).await;
        let gender = &form["data"]["eeoQuestions"]["gender"]["options"][option]["text"];
        let says = |name: &str, value: &str| json!({ "name": name, "value": value });
        let address = format!("{}@mail.example", name.to_lowercase().replace(' ', "."));
        let body = json!({ "personalInformation": [says("fullName", name), says("email", &address)], "eeoResponses": { "gender": gender } });
        let (status, answer) = self.lever(&key, Verb::Post, &path, body).await;
        assert_eq!(status, 201, "{answer}");
    }

    /// What the letters of the partner apps to this address say, the newest first.
    pub async fn letter_to(&self, to: &str) -> String {
        let db = self.db("partners").await;
        let rows =
            db::Sql::rows(&db, "select subject, body from letter where to_email = $1 order by at desc, id desc", db::params![to]).await.unwrap();
        let all: Vec<String> = rows.iter().map(|row| format!("{}\n{}", row.text("subject").unwrap(), row.text("body").unwrap())).collect();
        db.close().await;
        all.join("\n\n")
    }

    /// An opportunity as Lever prints it.
    pub async fn in_lever(&self, opportunity: &str) -> Value {
        let (_, found) = self.lever(&self.key().await, Verb::Get, &format!("/v1/opportunities/{opportunity}"), Value::Null).await;
        found["data"].clone()
    }
}

#[tokio::test]
async fn fnd_14_fnd_18_fnd_19_fnd_21_fnd_22_fnd_23_fnd_25_fnd_26_fnd_27_every_mapped_field_arrives_and_the_link_goes_back_once() {
    on_both(async |w| {
        let links = ["https://www.linkedin.com/in/nia-okoye", "https://github.com/nia-okoye", "https://nia.example"];
        let id = w
            .applies(json!({
                "name": "Nia Okoye", "headline": "Systems Engineer", "emails": ["nia@mail.example", "nia@work.example"], "links": links,
                "tags": ["Rust", "Remote"], "sources": ["Job site"], "stage": "applicant-new",
            }))
            .await;
        let (_, note) = w.lever(&w.key().await, Verb::Get, &format!("/v1/opportunities/{id}/notes"), Value::Null).await;
        assert_eq!(note["data"], json!([]));
        w.writes(Verb::Post, &id, "notes", json!({ "value": "Spoke well of her last team." })).await;
        let mut ines = w.at_ats("ines").await;
        ines.upload(&format!("/candidates/{id}/files"), &[], ("file", "portfolio.pdf", b"%PDF-1.4 a portfolio")).await;
        let mut fatima = w.connects_findem().await;
        let page = w.findem_profile(&mut fatima, "Nia Okoye").await;
        let text = fatima.read(&page).await;
        for part in [
            "Candidate name Nia Okoye",
            "Title Systems Engineer",
            "E-mail nia@mail.example nia@work.example",
            "Tags Rust Remote",
            "LinkedIn URL https://www.linkedin.com/in/nia-okoye",
            "GitHub URL https://github.com/nia-okoye",
            "portfolio.pdf",
            "Spoke well of her last team.",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let file = fatima.link(&page, "", "portfolio.pdf").await;
        assert_eq!(fatima.open(&file).await, (200, "%PDF-1.4 a portfolio".to_owned()));
        // Company, location and the others are Findem's own, and empty.
        assert!(!text.contains("Company") && !text.contains("Location"), "{text}");
        let url = w.partners_url.join(&page).unwrap();
        let ours = |o: &Value| o["links"].as_array().unwrap().iter().filter(|link| *link == url.as_str()).count();
        assert_eq!(ours(&w.in_lever(&id).await), 1, "{}", w.in_lever(&id).await["links"]);
        for _ in 0..3 {
            w.imports().await;
            fatima.read(&page).await;
            w.drain().await;
        }
        assert_eq!(ours(&w.in_lever(&id).await), 1);
        // Whoever takes it away finds it there again after the next change: it is Findem's own (FND-O08).
        w.writes(Verb::Post, &id, "removeLinks", json!({ "links": [url.as_str()] })).await;
        w.imports().await;
        assert_eq!(ours(&w.in_lever(&id).await), 1);
        assert_eq!(w.in_lever(&id).await["links"].as_array().unwrap().len(), 4, "nothing else was touched");
    })
    .await;
}

#[tokio::test]
async fn fnd_15_fnd_16_fnd_17_fnd_20_fnd_24_fnd_o08_what_lever_does_not_have_is_never_blanked_and_its_addresses_count() {
    on_both(async |w| {
        let mut fatima = w.at_findem("fatima").await;
        let before = fatima.link("/findem/profiles?q=amara+okafor", "", "Amara Okafor").await;
        let id = w
            .applies(json!({ "name": "Amara Okafor", "emails": ["amara.okafor@inbox.example", "amara@new.example"], "headline": "Elsewhere" }))
            .await;
        w.connects_findem().await;
        assert_eq!(fatima.link("/findem/profiles?q=amara", "", "Amara Okafor").await, before, "it is the same person");
        for name in ["first", "second"] {
            w.writes(Verb::Post, &id, "addTags", json!({ "tags": [name] })).await;
            w.imports().await;
            let text = fatima.read(&before).await;
            for part in [
                "Company Northstar Systems",
                "Location Berlin",
                "Senior Backend Engineer, Northstar Systems (2022 to now)",
                "Master's degree, TU Berlin",
                "Title Senior Backend Engineer",
            ] {
                assert!(text.contains(part), "{part}: {text}");
            }
            assert!(text.contains("E-mail amara.okafor@inbox.example amara@new.example"), "Lever's addresses count: {text}");
        }
        w.writes(Verb::Put, &id, "stage", json!({ "stage": "applicant-new" })).await;
        w.imports().await;
        assert!(fatima.read(&before).await.contains("Moved to New applicant in Lever."), "the activity is Findem's");
        assert!(!w.in_lever(&id).await.to_string().contains("Activity"));
    })
    .await;
}

#[tokio::test]
async fn fnd_o02_fnd_o03_by_address_account_or_name_with_work_it_is_one_person_and_two_applications_are_two_rows() {
    on_both(async |w| {
        let found = [
            ("by an address", json!({ "name": "M. Carvalho", "emails": ["Mateus.Carvalho@inbox.example"] }), "Mateus Carvalho"),
            (
                "by LinkedIn",
                json!({ "name": "Ingrid S.", "emails": ["i@x.example"], "links": ["https://no.linkedin.com/in/ingrid.solberg/"] }),
                "Ingrid Solberg",
            ),
            ("by GitHub", json!({ "name": "kw", "emails": ["kw@x.example"], "links": ["http://github.com/Kenji-Watanabe"] }), "Kenji Watanabe"),
            ("by name and work", json!({ "name": "nadia  haddad", "emails": ["n@x.example"], "headline": "AE at Copperline" }), "Nadia Haddad"),
        ];
        let mut ids = Vec::new();
        for (_, new, _) in &found {
            ids.push(w.applies(new.clone()).await);
        }
        // The name alone is nobody, and neither is the place.
        let other = w.applies(json!({ "name": "Priya Raman", "emails": ["another@x.example"], "headline": "Elsewhere" })).await;
        let twice = w.applies(json!({ "name": "M. Carvalho", "emails": ["mateus.carvalho@inbox.example"], "stage": "applicant-new" })).await;
        let mut fatima = w.connects_findem().await;
        for ((how, _, name), id) in found.iter().zip(&ids) {
            let page = fatima.link(&format!("/findem/profiles?q={}&origin=sourced", name.to_lowercase().replace(' ', "+")), "", name).await;
            assert!(fatima.open(&page).await.1.contains(&format!("candidates/{id}")), "{how}");
        }
        let list = fatima.read("/findem/profiles?q=priya+raman&origin=lever").await;
        assert!(list.contains("Elsewhere"), "a placeholder of its own: {list}");
        let page = fatima.link("/findem/profiles?q=carvalho&origin=sourced", "", "Mateus Carvalho").await;
        let html = fatima.open(&page).await.1;
        assert!(html.contains(&format!("candidates/{}", ids[0])) && html.contains(&format!("candidates/{twice}")), "two applications, one person");
        assert!(!html.contains(&format!("candidates/{other}")));
    })
    .await;
}

#[tokio::test]
async fn fnd_o01_fnd_o18_a_poll_with_nothing_new_is_one_call_what_changed_costs_pages_and_how_often_is_a_setting() {
    on_both(async |w| {
        let mut fatima = w.connects_findem().await;
        let someone = w.candidate("Oskar Nilsson").await;
        w.imports().await;
        w.imports().await;
        let tap = w.tap_lever("GET", "nothing").await;
        let mine = |tap: &crate::tap::Tap| tap.calls().into_iter().filter(|call| call.contains("expand=applications")).collect::<Vec<_>>();
        w.imports().await;
        assert_eq!(mine(&tap).len(), 1, "nothing is new");
        w.later(30 * MINUTE).await;
        assert!(mine(&tap).is_empty(), "not before the hour");
        w.writes(Verb::Post, &someone, "addTags", json!({ "tags": ["seen"] })).await;
        w.later(30 * MINUTE).await;
        assert_eq!(mine(&tap).len(), 1, "one change is on the same page");
        assert!(fatima.read("/findem/profiles?q=oskar").await.contains("Oskar Nilsson"));
        // Every ten minutes from now on, and at once.
        fatima.click(LEVER, "Import from Lever", "Save", &[("Import from Lever", "every 10 minutes")]).await;
        w.drain().await;
        mine(&tap);
        w.later(11 * MINUTE).await;
        assert_eq!(mine(&tap).len(), 1);
        w.writes(Verb::Post, &someone, "addTags", json!({ "tags": ["urgent"] })).await;
        fatima.click(LEVER, "", "Sync now", &[]).await;
        w.drain().await;
        assert_eq!(mine(&tap).len(), 1);
        assert!(fatima.read(LEVER).await.contains("Last asked just now"), "{}", fatima.read(LEVER).await);
    })
    .await;
}

#[tokio::test]
async fn fnd_o07_stages_that_come_go_or_are_renamed_and_reasons_out_of_use_are_told_of_and_nothing_is_guessed() {
    on_both(async |w| {
        let mut fatima = w.connects_findem().await;
        let mapping = format!("{LEVER}/mapping");
        let stage_id = async |w: &World, name: &str| {
            let (_, stages) = w.lever(&w.key().await, Verb::Get, "/v1/stages?limit=100", Value::Null).await;
            stages["data"].as_array().unwrap().iter().find(|s| s["text"] == name).unwrap()["id"].as_str().unwrap().to_owned()
        };
        let screen = stage_id(&w, "Recruiter screen").await;
        fatima.press(&format!("{mapping}/stages/{screen}/group"), &[("group", "screen")]).await;
        fatima.press(&format!("{mapping}/stages/{screen}/days"), &[("days", "3")]).await;
        let mut ines = w.at_ats("ines").await;
        ines.press("/settings/pipeline", &[("name", "Take-home"), ("after", &screen)]).await;
        ines.press(&format!("/settings/pipeline/{screen}"), &[("name", "Recruiter call")]).await;
        w.clock.advance(MINUTE);
        fatima.click(&mapping, "", "Read them from Lever now", &[]).await;
        w.drain().await;
        let html = fatima.open(&mapping).await.1;
        let column = |group: &str| html.split(&format!("data-stage=\"{group}\"")).nth(1).unwrap().split("</section>").next().unwrap().to_owned();
        assert!(column("-").contains("Take-home"), "the new one waits: {html}");
        assert!(column("screen").contains("Recruiter call") && !html.contains("Recruiter screen"), "the renamed one stays where it was: {html}");
        assert!(fatima.open(&mapping).await.1.contains("value=\"3\""), "its days stay too");
        let mail = fatima.read("/findem/mail").await;
        assert!(mail.contains("Lever has changed") && mail.contains("fatima@northwind.example"), "{mail}");
        let letter = w.letter_to("fatima@northwind.example").await;
        assert!(
            letter.contains("The stage \"Take-home\" is new in Lever.") && letter.contains("is called \"Recruiter call\" in Lever now"),
            "{letter}"
        );
        // A stage nobody was told of yet, found because somebody stands there.
        ines.press("/settings/pipeline", &[("name", "Trial day"), ("after", &screen)]).await;
        let trial = stage_id(&w, "Trial day").await;
        let someone = w.candidate("Mina Park").await;
        w.writes(Verb::Put, &someone, "stage", json!({ "stage": trial })).await;
        w.imports().await;
        assert!(fatima.read("/findem/pipeline").await.contains("Trial day"), "{}", fatima.read("/findem/pipeline").await);
    })
    .await;
}

#[tokio::test]
async fn fnd_o18_a_first_import_that_is_cut_off_goes_on_where_it_was_and_whoever_is_deleted_is_gone_a_day_later() {
    on_both(async |w| {
        let mut fatima = w.at_findem("fatima").await;
        // Of the sixteen parts some are told; then Lever does not answer for a while.
        fatima.click(KEY, "", "Save", &[("API key", &w.findem_key().await)]).await;
        let tap = w.tap_lever("GET", "/v1/opportunities").await;
        for n in 0..30 {
            tap.faults.lock().unwrap().push_back(if n % 2 == 0 { crate::tap::Fault::Answer(503, "{}") } else { crate::tap::Fault::Date("x") });
        }
        for _ in 0..12 {
            w.drain().await;
            w.later(2 * MINUTE).await;
        }
        w.imports().await;
        let page = fatima.read(LEVER).await;
        assert!(page.contains("Success Candidates and applications"), "{page}");
        assert!(fatima.read("/findem/profiles?q=tom+baker").await.contains(", owner"), "nobody was left out");
        let gone = w.candidate("Tom Baker").await;
        let mut ines = w.at_ats("ines").await;
        ines.press(&format!("/candidates/{gone}/delete"), &[]).await;
        w.later(DAY + HOUR).await;
        let mut fatima = w.at_findem("fatima").await;
        assert!(fatima.read("/findem/profiles?q=tom+baker").await.contains("Nobody fits"), "{}", fatima.read("/findem/profiles?q=tom+baker").await);
        assert!(fatima.read("/findem/profiles?q=clara+schmidt").await.contains(", owner"), "everybody else is there");
    })
    .await;
}

#[tokio::test]
async fn fnd_o09_equal_opportunity_answers_are_off_at_first_kept_apart_and_only_their_sums_are_seen_by_one_role() {
    on_both(async |w| {
        for n in 0..6 {
            w.answers_eeo(&format!("Applicant {n}"), usize::from(n == 5)).await;
        }
        let mut fatima = w.connects_findem().await;
        let mut edda = w.at_findem("edda").await;
        let sums = "/findem/equal-opportunity";
        assert!(edda.read(sums).await.contains("Too few answers"), "nothing is kept until somebody switches it on");
        let name = fatima.link("/findem/profiles?q=applicant+1", "", "Applicant 1").await;
        fatima.press(&format!("{LEVER}/settings/eeo"), &[("on", "yes")]).await;
        w.later(DAY + HOUR).await;
        let (mut edda, mut fatima) = (w.at_findem("edda").await, w.at_findem("fatima").await);
        let page = edda.read(sums).await;
        assert!(page.contains("others 6 6"), "one answer is somebody's, so the other goes with it: {page}");
        // Nobody else sees it, and who sees it sees nobody.
        assert_eq!(fatima.open(sums).await.0, 403);
        assert_eq!(w.at_findem("robin").await.open(sums).await.0, 403);
        for page in ["/findem/profiles", "/findem/inbound", "/findem/exports", name.as_str()] {
            assert_eq!(edda.open(page).await.0, 403, "{page}");
        }
        assert!(!fatima.open(&name).await.1.to_lowercase().contains("gender"));
        // Without that one permission everything else goes on.
        let others: Vec<String> = crate::findem_set_up::permissions().into_iter().filter(|p| p != "find all eeo responses with their pii").collect();
        w.clock.advance(MINUTE);
        let key = w.ats.create_api_key("no answers", &others, true, None).await.unwrap();
        fatima.click(KEY, "", "Save", &[("API key", &key)]).await;
        w.drain().await;
        let page = fatima.read(LEVER).await;
        assert!(page.contains("Needs Attention Equal opportunity answers") && page.contains("Success Candidates and applications"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn fnd_o13_a_file_is_taken_as_a_whole_or_not_at_all_and_mistakes_have_lines() {
    on_both(async |w| {
        let mut fatima = w.at_findem("fatima").await;
        let here = format!("{INTEGRATIONS}/csv");
        let sample = fatima.open(&format!("{here}/sample.csv")).await.1;
        let (status, page) = fatima.try_upload(&here, &[], ("file", "lever.csv", sample.as_bytes())).await;
        assert!(status == 200 && page.contains("1 row imported"), "{page}");
        let many: String = (0..1200).map(|n| format!("Person {n},person.{n}@mail.example,Engineer,Backend Engineer,Screen\n")).collect();
        let file = format!("name,emails,headline,posting,stage\n{many}");
        for _ in 0..2 {
            let (status, page) = fatima.try_upload(&here, &[], ("file", "lever.csv", file.as_bytes())).await;
            assert!(
                status == 200 && page.contains("1200 rows imported") && page.contains("So far 1201 applications"),
                "twice changes nothing: {page}"
            );
        }
        assert!(fatima.read("/findem/pipeline").await.contains("Screen 1200"), "{}", fatima.read("/findem/pipeline").await);
        // One bad row among many: nothing of them.
        let bad = format!("name,emails,headline,posting,stage\nNew One,new.one@mail.example,,,\n{many}No Address,,,,\n");
        let (status, page) = fatima.try_upload(&here, &[], ("file", "lever.csv", bad.as_bytes())).await;
        assert!(
            status == 400 && page.contains("Nothing was imported: 1 mistake.") && page.contains("1203 There is neither an address nor a link"),
            "{page}"
        );
        assert!(fatima.read("/findem/profiles?q=new+one").await.contains("Nobody fits"));
        let (status, page) = fatima.try_upload(&here, &[], ("file", "latin.csv", b"name,emails\nJos\xe9,j@x.example\n")).await;
        assert!(status == 400 && page.contains("not UTF-8"), "{page}");
        // Too large: said so, and nothing else.
        let large = vec![b'x'; 31 << 20];
        let (status, page) = fatima.try_upload(&here, &[], ("file", "large.csv", &large)).await;
        assert!(status == 400 && page.contains("30 MB"), "{status} {page}");
        assert_eq!(w.at_findem("robin").await.open(&here).await.0, 403);
    })
    .await;
}
