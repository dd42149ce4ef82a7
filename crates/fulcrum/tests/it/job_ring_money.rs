//! Job Ring: who earns what when things are taken back, corrected or forgotten; and what a stranger with a link learns.

use crate::job_ring::{DAY, MINUTE};
use crate::world::{World, on_both};
use endpoint::Verb;
use serde_json::json;

impl World {
    /// Everything Job Ring has written down, letters too.
    async fn job_ring_s_memory(&self) -> String {
        let db = self.db("partners").await;
        let mut all = String::new();
        for (table, columns) in [
            ("jr_referral", "name || email || words || trouble || ineligible || referrer_name || referrer_email"),
            ("jr_payout", "why"),
            ("jr_change", "because"),
            ("letter", "to_name || to_email || subject || body"),
        ] {
            for row in db::Sql::rows(&db, &format!("select {columns} as said from {table}"), vec![]).await.unwrap() {
                all.push_str(&row.text("said").unwrap());
                all.push('\n');
            }
        }
        db.close().await;
        all
    }

    /// The public link of a job.
    async fn public_link(&self, job: &str) -> String {
        let page = self.job_page(job).await;
        let html = self.at_job_ring("rosa").await.open(&page).await.1;
        let link = html.split("value=\"").find_map(|part| part.split('"').next().filter(|v| v.contains("/job-ring/r/"))).unwrap();
        url::Url::parse(link).unwrap().path().to_owned()
    }
}

fn from_outside<'a>(you: &'a str, name: &'a str, email: &'a str) -> [(&'a str, &'a str); 4] {
    [("your_name", "Paul Ferry"), ("your_email", you), ("name", name), ("candidate_email", email)]
}

#[tokio::test]
async fn jrg_o07_jrg_o08_what_somebody_voided_stays_so_and_eligible_again_the_newest_hire_counts_from_its_own_day() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Robotics Engineer").await;
        let (o, page) = (w.became(&referral).await, format!("/job-ring/referrals/{referral}"));
        let mut bianca = w.at_job_ring("bianca").await;
        w.moves(&o, "Phone interview").await;
        bianca.click("/job-ring/payouts", "100.00 EUR", "Void it", &[("Why it falls away", "agreed by phone")]).await;
        w.archives(&o, "Hired").await;
        w.later(DAY).await;
        w.at_ats("ines").await.press(&format!("/candidates/{o}/unarchive"), &[]).await;
        w.drain().await;
        // Whoever referred is told that it falls away.
        assert!(w.job_ring_s_memory().await.contains("1,500.00 EUR for Nia Okafor: not paid after all"));
        w.later(40 * DAY).await;
        w.archives(&o, "Hired").await;
        w.later(DAY).await;
        let mut bianca = w.at_job_ring("bianca").await;
        bianca.click(&page, "What it earns", "Make ineligible", &[("Why it earns nothing", "a contractor")]).await;
        let states = async || w.payouts().await.into_iter().map(|(milestone, _, state)| (milestone, state)).collect::<Vec<_>>();
        let stand = |hired: &str| vec![("interview".to_owned(), "void".to_owned()), ("hired".to_owned(), hired.to_owned())];
        assert_eq!(states().await, stand("void"));
        bianca.click(&page, "What it earns", "Make eligible", &[]).await;
        assert_eq!(states().await, stand("pending"), "they have to stay from the second hire on");
        assert!(w.referral_page(&referral).await.contains("agreed by phone"));
        w.later(88 * DAY).await;
        assert_eq!(states().await, stand("pending"));
        w.later(2 * DAY).await;
        assert_eq!(states().await, stand("eligible"));
    })
    .await;
}

#[tokio::test]
async fn jrg_22_jrg_o04_being_referred_can_earn_and_falls_away_when_lever_had_them_already() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let program = json!({ "internal": { "milestones": [{ "status": "referred", "amount": 5_000 }] } });
        w.partners.set_jr_setting("program", &program.to_string()).await.unwrap();
        w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        let earned = |state: &str| ("referred".to_owned(), 5_000, state.to_owned());
        assert_eq!(w.payouts().await, [earned("eligible")]);
        let daniel = w.candidate("Daniel Kim").await;
        let email = w.profile(&daniel).await["emails"][0].as_str().unwrap().to_owned();
        let second = w.refers("Daniel Kim", &email, "Technical Writer").await;
        assert_eq!(w.payouts().await, [earned("eligible"), earned("void")]);
        let memory = w.job_ring_s_memory().await;
        assert!(memory.contains("50.00 EUR for Daniel Kim: not paid after all"), "{memory}");
        // What an admin decides stays, whatever is told again.
        let page = format!("/job-ring/referrals/{second}");
        w.at_job_ring("bianca").await.click(&page, "What it earns", "Make eligible", &[]).await;
        let sent = json!({ "opportunity": w.became(&second).await, "url": "", "duplicate": "Daniel Kim was brought to Lever before." });
        assert_eq!(w.job_ring(Verb::Put, &format!("referrals/{second}/opportunity"), sent).await.0, 200);
        assert_eq!(w.payouts().await, [earned("eligible"), earned("eligible")]);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn jrg_21_a_reason_that_names_somebody_goes_with_them() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let daniel = w.candidate("Daniel Kim").await;
        let email = w.profile(&daniel).await["emails"][0].as_str().unwrap().to_owned();
        let referral = w.refers("Daniel Kim", &email, "Technical Writer").await;
        assert!(w.referral_page(&referral).await.contains("Ineligible: Daniel Kim was brought to Lever on"));
        assert_eq!(w.job_ring(Verb::Delete, &format!("referrals/{referral}/person"), json!(null)).await.0, 204);
        // What is told too late is not taken in either.
        let late = json!({ "opportunity": "o", "url": "", "duplicate": "Daniel Kim was brought to Lever before." });
        w.job_ring(Verb::Put, &format!("referrals/{referral}/opportunity"), late).await;
        w.job_ring(Verb::Put, &format!("referrals/{referral}/trouble"), json!({ "why": "Daniel Kim has no address." })).await;
        let memory = w.job_ring_s_memory().await;
        assert!(!memory.contains("Daniel") && memory.contains("The reason was removed with their data."), "{memory}");
        let text = w.at_job_ring("rosa").await.read(&format!("/job-ring/mine/{referral}")).await;
        assert!(text.contains("Nothing: The reason was removed with their data."), "{text}");
        // Who referred themselves is forgotten on both sides.
        w.partners.set_jr_setting("program", &json!({ "self_referral": "allow" }).to_string()).await.unwrap();
        let page = w.job_page("Backend Engineer").await;
        let own = w.at_job_ring("bianca").await.press(&page, &[("name", "Bianca"), ("candidate_email", "bianca@northwind.example")]).await;
        w.drain().await;
        let own = own.path().rsplit('/').next().unwrap().to_owned();
        assert!(w.job_ring_s_memory().await.contains("bianca@"));
        assert_eq!(w.job_ring(Verb::Delete, &format!("referrals/{own}/person"), json!(null)).await.0, 204);
        let memory = w.job_ring_s_memory().await;
        assert!(!memory.to_lowercase().contains("bianca"), "{memory}");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn jrg_o04_jrg_o09_a_correction_is_judged_like_a_new_referral() {
    on_both(async |w| {
        // The stages are not mapped, so everything waits.
        w.begins_job_ring().await;
        let page = w.job_page("Backend Engineer").await;
        let mut bianca = w.at_job_ring("bianca").await;
        bianca.press(&page, &[("name", "Nia Okafor"), ("candidate_email", "nia@mail.example")]).await;
        let referral = w.refers("Nia Okafor", "nia@typo.example", "Backend Engineer").await;
        let here = format!("/job-ring/referrals/{referral}");
        let (status, why) = bianca.try_click(&here, "Correct it", "Save and send", &[("E-mail", "rosa@northwind.example")]).await;
        assert!(status == 400 && why.contains("Nobody refers themselves."), "{why}");
        bianca.click(&here, "Correct it", "Save and send", &[("E-mail", "NIA@mail.example")]).await;
        let text = w.referral_page(&referral).await;
        assert!(text.contains("Ineligible: Somebody else referred this person on"), "{text}");
        bianca.click(&here, "Correct it", "Save and send", &[("E-mail", "other@mail.example")]).await;
        assert!(!w.referral_page(&referral).await.contains("Ineligible:"));
        // What an admin decided, a correction does not undo.
        bianca.click(&here, "What it earns", "Make ineligible", &[("Why it earns nothing", "a contractor")]).await;
        bianca.click(&here, "Correct it", "Save and send", &[("E-mail", "third@mail.example")]).await;
        assert!(w.referral_page(&referral).await.contains("Ineligible: a contractor"));
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn jrg_o13_who_declines_is_not_named_to_whoever_referred_and_the_next_one_is_first() {
    on_both(async |w| {
        w.connects_job_ring().await;
        w.asks_for_consent().await;
        let first = w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        let nia = w.letter_link("nia@mail.example", "/job-ring/consent/").await;
        w.clock.advance(MINUTE);
        let page = w.job_page("Backend Engineer").await;
        let second = w.at_job_ring("bianca").await.press(&page, &[("name", "Nia Okafor"), ("candidate_email", "nia@mail.example")]).await;
        let second = second.path().rsplit('/').next().unwrap().to_owned();
        assert!(w.referral_page(&second).await.contains("Ineligible: Somebody else"));
        w.stranger().try_press(&format!("{nia}/no"), &[]).await;
        w.drain().await;
        assert!(!w.referral_page(&second).await.contains("Ineligible:"), "whoever comes first now");
        // Rosa reads it without the name.
        let mail = w.at_job_ring("bianca").await.read("/job-ring/mail").await;
        assert!(mail.contains("Somebody who was removed, Backend Engineer: Withdrawn Rosa Lindqvist"), "{mail}");
        assert!(w.at_job_ring("rosa").await.read(&format!("/job-ring/mine/{first}")).await.contains("Withdrawn"));
        // Nia agrees to the other; what she sends once more is not kept.
        let yes = format!("{}/yes", w.letter_link("nia@mail.example", "/job-ring/consent/").await);
        let mut stranger = w.stranger();
        stranger.upload(&yes, &[("phone", "+49 30 2")], ("resume", "nia.txt", b"what Nia did")).await;
        let (status, why) = stranger.try_upload(&yes, &[("phone", "+49 30 3")], ("resume", "nia.txt", b"something else")).await;
        assert!(status == 400 && why.contains("You have answered already."), "{why}");
        let resume = w.at_job_ring("bianca").await.open(&format!("/job-ring/referrals/{second}/resume")).await.1;
        assert_eq!(resume, "what Nia did");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn jrg_01_a_referral_that_is_not_in_lever_yet_can_be_taken_back_and_nothing_of_them_is_kept() {
    on_both(async |w| {
        let mut bianca = w.begins_job_ring().await;
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        let waiting = async || w.job_ring(Verb::Get, "referrals/waiting", json!(null)).await.1["data"].clone();
        assert_eq!(waiting().await, json!([referral]));
        bianca.click(&format!("/job-ring/referrals/{referral}"), "Remove", "Remove it", &[]).await;
        assert_eq!(waiting().await, json!([]));
        let (_, printed) = w.job_ring(Verb::Get, &format!("referrals/{referral}"), json!(null)).await;
        assert_eq!((&printed["removed"], &printed["name"]), (&json!(true), &json!("")), "{printed}");
        assert!(!w.job_ring_s_memory().await.contains("Nia"));
        let text = w.at_job_ring("rosa").await.read(&format!("/job-ring/mine/{referral}")).await;
        assert!(text.contains("Their data was removed.") && text.contains("Withdrawn"), "{text}");
        let (status, why) = bianca.try_press(&format!("/job-ring/referrals/{referral}/remove"), &[]).await;
        assert!(status == 400 && why.contains("was removed before"), "{why}");
        w.maps(&mut bianca, &crate::job_ring::STAGES).await;
        assert!(w.with_email("nia@mail.example").await.is_empty());
        // Who is in Lever is deleted there.
        let there = w.refers("Ada Byron", "ada@mail.example", "Backend Engineer").await;
        assert_eq!(bianca.try_press(&format!("/job-ring/referrals/{there}/remove"), &[]).await.0, 400);
        assert!(w.referral_page(&there).await.contains("Ada Byron"));
    })
    .await;
}

#[tokio::test]
async fn jrg_01_jrg_o09_a_stranger_with_the_link_learns_nothing_about_others_and_refers_twenty_a_day() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let link = w.public_link("Backend Engineer").await;
        let mut paul = w.stranger();
        // Whoever works there signs in.
        let (status, why) = paul.try_press(&link, &from_outside("ROSA@northwind.example", "Nia Okafor", "nia@mail.example")).await;
        assert!(status == 403 && why.contains("Sign in to refer"), "{why}");
        assert_eq!(w.job_ring(Verb::Get, "referrals/waiting", json!(null)).await.1["data"], json!([]));
        // Whether they were referred before or not, the answer is the same.
        w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        w.clock.advance(MINUTE);
        let typed = from_outside("paul@outside.example", "Nia Okafor", "nia@mail.example");
        for _ in 0..2 {
            let to = paul.press(&link, &typed).await;
            assert_eq!(to.path(), format!("{link}/thanks"));
        }
        w.drain().await;
        let thanks = paul.read(&format!("{link}/thanks")).await;
        assert!(thanks.contains("Thank you") && !thanks.contains("Nia"), "{thanks}");
        let own = w.letter_link("paul@outside.example", "/job-ring/my/").await;
        let text = paul.read(&own).await;
        assert!(text.contains("Nothing: Somebody else came first.") && !text.contains("Somebody else referred"), "{text}");
        // Somebody who is in Lever, too.
        let daniel = w.candidate("Daniel Kim").await;
        let email = w.profile(&daniel).await["emails"][0].as_str().unwrap().to_owned();
        w.clock.advance(MINUTE);
        paul.press(&link, &from_outside("paul@outside.example", "Daniel Kim", &email)).await;
        w.drain().await;
        let own = w.letter_link("paul@outside.example", "/job-ring/my/").await;
        let text = paul.read(&own).await;
        assert!(text.contains("Daniel Kim") && text.contains("Nothing: Somebody else came first.") && !text.contains("brought to Lever"), "{text}");
        for n in 2..20 {
            let (name, email) = (format!("Person {n}"), format!("person{n}@mail.example"));
            paul.press(&link, &from_outside("paul@outside.example", &name, &email)).await;
        }
        let (status, why) = paul.try_press(&link, &from_outside("Paul@outside.example", "One More", "more@mail.example")).await;
        assert!(status == 429 && why.contains("That is enough for today"), "{why}");
        w.later(DAY + MINUTE).await;
        paul.press(&link, &from_outside("paul@outside.example", "One More", "more@mail.example")).await;
        w.drain().await;
    })
    .await;
}
