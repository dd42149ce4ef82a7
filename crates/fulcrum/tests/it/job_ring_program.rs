//! Job Ring's program: who may refer whom, what that earns, and asking first.

use crate::job_ring::{DASHBOARD, DAY, MINUTE};
use crate::world::on_both;
use endpoint::Verb;
use serde_json::json;

/// The job's page, and what is filled in there about somebody.
fn about<'a>(name: &'a str, email: &'a str) -> [(&'a str, &'a str); 2] {
    [("name", name), ("candidate_email", email)]
}

#[tokio::test]
async fn jrg_o04_jrg_o09_who_comes_first_owns_and_nobody_earns_by_referring_themselves_or_to_their_own_job() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let mut rosa = w.at_job_ring("rosa").await;
        let page = w.job_page("Backend Engineer").await;
        let (status, why) = rosa.try_press(&page, &about("Rosa Lindqvist", "ROSA@northwind.example")).await;
        assert!(status == 400 && why.contains("Nobody refers themselves."), "{why}");
        w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        let (status, why) = rosa.try_press(&page, &about("Nia Okafor", "Nia@mail.example")).await;
        assert!(status == 400 && why.contains("You have referred this person to this job already."), "{why}");
        // Somebody else refers the same person: it is taken, sent, and earns nothing.
        let mut bianca = w.at_job_ring("bianca").await;
        w.clock.advance(MINUTE);
        let second = bianca.press(&page, &about("Nia Okafor", "nia@mail.example")).await;
        w.drain().await;
        let second = second.path().rsplit('/').next().unwrap().to_owned();
        let text = bianca.read(&format!("/job-ring/mine/{second}")).await;
        assert!(text.contains("Nothing: Somebody else referred this person on 2 Mar 2026, and comes first for 180 days."), "{text}");
        let o = w.became(&second).await;
        assert_eq!(w.with_email("nia@mail.example").await.len(), 2, "two candidacies of one person");
        w.archives(&o, "Hired").await;
        assert!(w.payouts().await.is_empty());
        // Who is in Lever already belongs to whoever brought them.
        let daniel = w.candidate("Daniel Kim").await;
        let email = w.profile(&daniel).await["emails"][0].as_str().unwrap().to_owned();
        let third = w.refers("Daniel Kim", &email, "Technical Writer").await;
        let text = w.referral_page(&third).await;
        assert!(text.contains("Ineligible: Daniel Kim was brought to Lever on"), "{text}");
        let contacts: Vec<_> = w.with_email(&email).await.iter().map(|o| o["contact"].clone()).collect();
        assert!(contacts.len() == 2 && contacts[0] == contacts[1], "one person, another candidacy");
        // The hiring manager of the job.
        let (_, jobs) = w.lever(&w.key().await, Verb::Get, "/v1/postings?limit=100&expand=hiringManager", json!(null)).await;
        let manager = jobs["data"].as_array().unwrap().iter().find(|p| p["text"] == "Product Designer").unwrap()["hiringManager"].clone();
        let hash = web::password::hash(ats::demo::PASSWORD).await;
        let address = manager["email"].as_str().unwrap();
        w.partners.add_account("job-ring", manager["name"].as_str().unwrap(), address, "Employee", &hash).await.unwrap();
        let page = w.job_page("Product Designer").await;
        let mine = w.at_job_ring(address).await.press(&page, &about("Eve Moss", "eve@mail.example")).await;
        let text = w.at_job_ring(address).await.read(mine.path()).await;
        assert!(text.contains("Nothing: Whoever decides about a job earns nothing for a referral to it."), "{text}");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn jrg_o07_an_admin_takes_a_referral_out_of_the_program_and_back_and_what_was_reached_counts_then() {
    on_both(async |w| {
        w.connects_job_ring().await;
        let referral = w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
        let o = w.became(&referral).await;
        let page = format!("/job-ring/referrals/{referral}");
        let mut bianca = w.at_job_ring("bianca").await;
        bianca.click(&page, "What it earns", "Make ineligible", &[("Why it earns nothing", "a contractor")]).await;
        w.moves(&o, "Phone interview").await;
        assert!(w.payouts().await.is_empty());
        bianca.click(&page, "What it earns", "Make eligible", &[]).await;
        assert_eq!(w.payouts().await, [("interview".to_owned(), 10_000, "eligible".to_owned())]);
        bianca.click(&page, "What it earns", "Make ineligible", &[("Why it earns nothing", "a contractor after all")]).await;
        assert_eq!(w.payouts().await[0].2, "void");
        w.drain().await;
    })
    .await;
}

/// The program's form, with what else these say.
fn typed_program<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![
        ("ownership_days", "180"),
        ("self_referral", "refuse"),
        ("hiring_manager", "ineligible"),
        ("consent_days", "14"),
        ("internal.open", "yes"),
        ("internal.currency", "EUR"),
        ("internal.waiting_days", "90"),
        ("internal.amount.hired", "1,500.00"),
        ("external.currency", "EUR"),
        ("external.waiting_days", "120"),
    ];
    all.extend(more);
    all
}

#[tokio::test]
async fn jrg_o01_jrg_o07_the_program_and_the_statuses_are_the_business_s_own_and_nonsense_changes_nothing() {
    on_both(async |w| {
        let mut bianca = w.connects_job_ring().await;
        let programs = "/job-ring/program";
        bianca.open(programs).await;
        let html = bianca.open(programs).await.1;
        for (label, value) in [("Currency", "EURO"), ("Days somebody belongs to", "-1"), ("Days they have to answer", "0")] {
            let outcome = bianca.try_click(programs, "Rules", "Save the program", &[(label, value)]).await;
            assert_eq!(outcome.0, 400, "{label}: {}", outcome.1);
        }
        assert_eq!(bianca.open(programs).await.1, html);
        // Job Ring itself needs the first of them.
        let (status, why) = bianca.try_click(programs, "A new one", "Save the statuses", &[("Name", "")]).await;
        assert!(status == 400 && why.contains("Job Ring itself needs it"), "{why}");
        let fields = [("id.0", "referred"), ("name.0", "Named"), ("meaning.0", "open"), ("id.1", ""), ("name.1", "Trial day"), ("meaning.1", "open")];
        let kept = ["accepted", "withdrawn", "expired", "hired"].map(|id| (id, id));
        let mut all: Vec<(String, String)> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        for (n, (id, meaning)) in kept.into_iter().enumerate() {
            all.extend([
                (format!("id.{}", n + 2), id.to_owned()),
                (format!("name.{}", n + 2), id.to_owned()),
                (format!("meaning.{}", n + 2), meaning.to_owned()),
            ]);
        }
        let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        // What earns something is not taken away under its amount.
        let (status, why) = bianca.try_press("/job-ring/program/statuses", &all).await;
        assert!(status == 400 && why.contains("Reaching \"Interview\" earns something."), "{why}");
        let fields = [("internal.amount.interview", "0.999")];
        let (status, why) = bianca.try_press(programs, &typed_program(&fields)).await;
        assert!(status == 400 && why.contains("\"0.999\" is no amount."), "{why}");
        bianca.press(programs, &typed_program(&[("internal.amount.interview", "")])).await;
        // Nor what stages in Lever are mapped to, as long as they are.
        let (status, why) = bianca.try_press("/job-ring/program/statuses", &all).await;
        assert!(status == 400 && why.contains("Stages in Lever are mapped to") && why.contains("Integrations page first"), "{why}");
        bianca.press("/job-ring/integrations/disconnect", &[]).await;
        bianca.press("/job-ring/program/statuses", &all).await;
        let (_, statuses) = w.job_ring(Verb::Get, "statuses", json!(null)).await;
        let names: Vec<&str> = statuses["data"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Named", "Trial day", "accepted", "withdrawn", "expired", "hired"]);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn jrg_o13_where_consent_is_asked_for_nothing_goes_to_lever_before_they_agree_and_nothing_is_kept_if_they_do_not() {
    on_both(async |w| {
        w.connects_job_ring().await;
        w.asks_for_consent().await;
        let (page, mut rosa) = (w.job_page("Backend Engineer").await, w.at_job_ring("rosa").await);
        let mut referrals = Vec::new();
        for (name, email) in [("Nia Okafor", "nia@mail.example"), ("Ada Byron", "ada@mail.example"), ("Ben Moss", "ben@mail.example")] {
            let fields = [("name", name), ("candidate_email", email), ("words", "a secret"), ("phone", "+49 30 1")];
            referrals.push(rosa.press(&page, &fields).await.path().rsplit('/').next().unwrap().to_owned());
        }
        w.later(MINUTE).await;
        let dashboard = w.at_job_ring("bianca").await.read(DASHBOARD).await;
        assert_eq!(dashboard.matches("being asked").count(), 3, "{dashboard}");
        assert!(w.everybody("tag=Referral").await.is_empty());
        let db = w.db("partners").await;
        let kept = db::Sql::rows(&db, "select phone, words from jr_referral where phone <> '' or words <> ''", vec![]).await.unwrap();
        assert!(kept.is_empty(), "no more is kept than it takes to ask");
        db.close().await;
        assert_eq!(w.job_ring(Verb::Get, &format!("referrals/{}", referrals[0]), json!(null)).await.0, 404);
        // Nia agrees and adds a résumé, Ada says no, Ben does not answer.
        let mut stranger = w.stranger();
        let nia = w.letter_link("nia@mail.example", "/job-ring/consent/").await;
        assert!(stranger.read(&nia).await.contains("Rosa Lindqvist would like to refer you"));
        stranger.upload(&format!("{nia}/yes"), &[("phone", "+49 30 2")], ("resume", "nia.docx", b"PK what Nia did")).await;
        let ada = w.letter_link("ada@mail.example", "/job-ring/consent/").await;
        let (status, text) = stranger.try_press(&format!("{ada}/no"), &[]).await;
        assert!(status == 200 && text.contains("Your data is deleted"), "{text}");
        w.drain().await;
        let found = w.with_email("nia@mail.example").await;
        assert_eq!((found.len(), &found[0]["phones"][0]["value"]), (1, &json!("+49 30 2")));
        assert_eq!(w.statuses(&referrals[0]).await, ["referred", "accepted", "applied"]);
        assert!(w.referral_page(&referrals[0]).await.contains("Nia Okafor Backend Engineer Applied"), "what Lever says is the newest");
        assert_eq!(stranger.open(&ada).await.0, 404);
        w.later(15 * DAY).await;
        assert_eq!(
            (w.statuses(&referrals[1]).await.pop().unwrap(), w.statuses(&referrals[2]).await.pop().unwrap()),
            ("withdrawn".into(), "expired".into())
        );
        let db = w.db("partners").await;
        let kept = db::Sql::rows(&db, "select id from jr_referral where name like 'A%' or name like 'B%'", vec![]).await.unwrap();
        assert!(kept.is_empty());
        db.close().await;
        assert_eq!(w.everybody("tag=Referral").await.len(), 1);
    })
    .await;
}
