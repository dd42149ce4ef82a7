//! Exporting from Findem: whoever was found becomes a candidate or a prospect in Lever, once, and whoever is there is shown first.

use crate::job_ring::MINUTE;
use crate::tap::Fault;
use crate::world::{At, World, on_both};
use endpoint::Verb;
use serde_json::{Value, json};

impl World {
    /// Exports people who were found: the page with what came of each.
    pub async fn exports(&self, who: &mut At, names: &[&str], fields: &[(&str, &str)]) -> String {
        self.clock.advance(MINUTE);
        let mut all = Vec::new();
        for name in names {
            let page = who.link(&format!("/findem/profiles?origin=sourced&q={}", name.to_lowercase().replace(' ', "+")), "", name).await;
            all.push(("profile", page.rsplit('/').next().unwrap().to_owned()));
        }
        let mut form: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
        form.push(("stage", "lead-new"));
        form.extend(fields);
        let page = who.press("/findem/export", &form).await.path().to_owned();
        self.drain().await;
        page
    }

    /// The posting of this title.
    pub async fn posting_of(&self, title: &str) -> String {
        let (_, postings) = self.lever(&self.key().await, Verb::Get, "/v1/postings?limit=100", Value::Null).await;
        postings["data"].as_array().unwrap().iter().find(|p| p["text"] == title).unwrap()["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn fnd_36_fnd_26_an_export_makes_an_opportunity_with_links_tags_source_file_and_note_in_somebody_s_name() {
    on_both(async |w| {
        let mut fatima = w.connects_findem().await;
        let job = w.posting_of("Backend Engineer").await;
        let fields = [("job", job.as_str()), ("tags", "Findem Exported, Rust"), ("note", "Wrote half of their scheduler.")];
        let page = w.exports(&mut fatima, &["Amara Okafor"], &fields).await;
        let text = fatima.read(&page).await;
        assert!(text.contains("1 of 1 profile in Lever") && text.contains("done in the name of Ines"), "{text}");
        let found = w.with_email("amara.okafor@inbox.example").await;
        assert_eq!(found.len(), 1);
        let o = &found[0];
        assert_eq!((&o["origin"], &o["sources"], &o["stage"]), (&json!("sourced"), &json!(["Findem"]), &json!("lead-new")), "{o}");
        assert_eq!(o["headline"], "Senior Backend Engineer at Northstar Systems");
        let tags = o["tags"].to_string();
        assert!(tags.contains("Findem Exported") && tags.contains("Rust"), "{tags}");
        let profile = fatima.link(&page, "", "Amara Okafor").await;
        let url = w.partners_url.join(&profile).unwrap();
        let links = o["links"].as_array().unwrap();
        assert_eq!(links.iter().filter(|link| *link == url.as_str()).count(), 1, "{links:?}");
        assert!(links.contains(&json!("https://www.linkedin.com/in/amara.okafor")));
        let id = o["id"].as_str().unwrap();
        let (_, notes) = w.lever(&w.key().await, Verb::Get, &format!("/v1/opportunities/{id}/notes"), Value::Null).await;
        assert_eq!(notes["data"].as_array().unwrap().len(), 1, "{notes}");
        let note = notes["data"][0]["fields"][0]["value"].as_str().unwrap();
        assert!(note.contains("found by Fatima Diallo") && note.contains("Wrote half of their scheduler.") && note.contains(url.as_str()), "{note}");
        let (_, resumes) = w.lever(&w.key().await, Verb::Get, &format!("/v1/opportunities/{id}/resumes"), Value::Null).await;
        assert_eq!(resumes["data"][0]["file"]["name"], "Amara Okafor.pdf", "{resumes}");
        let (_, applications) = w.lever(&w.key().await, Verb::Get, &format!("/v1/opportunities/{id}/applications"), Value::Null).await;
        assert_eq!(applications["data"][0]["posting"], json!(job));
        // It is the same person here, and the badge says where they are.
        let text = fatima.read(&profile).await;
        assert!(text.contains("already in Lever New lead, owner Ines") && text.contains("Exported to Lever by Fatima Diallo"), "{text}");
        // Without a job it is a prospect.
        let page = w.exports(&mut fatima, &["Kenji Watanabe", "Nadia Haddad"], &[("tags", "Findem Exported")]).await;
        assert!(fatima.read(&page).await.contains("2 of 2 profiles in Lever"), "{}", fatima.read(&page).await);
        let kenji = &w.with_email("kenji.watanabe@inbox.example").await[0];
        assert_eq!(kenji["applications"], json!([]));
        assert!(fatima.read("/findem/exports").await.contains("As prospects Fatima Diallo 2 done"));
    })
    .await;
}

#[tokio::test]
async fn fnd_o16_whoever_is_in_lever_is_shown_with_stage_and_owner_first_and_added_or_left_as_somebody_says() {
    on_both(async |w| {
        let mut fatima = w.connects_findem().await;
        // Findem knows her already, by the import.
        let list = fatima.read("/findem/profiles?origin=sourced&q=grace+wanjiku").await;
        assert!(list.contains("already in Lever") && list.contains(", owner"), "{list}");
        let profile = fatima.link("/findem/profiles?origin=sourced&q=grace+wanjiku", "", "Grace Wanjiku").await;
        let form = fatima.read(&format!("/findem/export?profile={}", profile.rsplit('/').next().unwrap())).await;
        assert!(form.contains("1 of them is already in Lever") && form.contains(", owner"), "{form}");
        let before = w.with_email("grace.wanjiku@mail.example").await.len();
        let job = w.posting_of("Technical Writer").await;
        let page = w.exports(&mut fatima, &["Grace Wanjiku", "Aoife Byrne"], &[("job", &job)]).await;
        let text = fatima.read(&page).await;
        assert!(text.contains("Grace Wanjiku in Lever already") && text.contains(", owner") && text.contains("1 of 2 profiles"), "{text}");
        assert_eq!(w.with_email("grace.wanjiku@mail.example").await.len(), before, "nothing was made");
        fatima.click(&page, "Grace Wanjiku", "Add to the existing contact", &[]).await;
        w.drain().await;
        assert!(fatima.read(&page).await.contains("2 of 2 profiles"), "{}", fatima.read(&page).await);
        let all = w.with_email("grace.wanjiku@mail.example").await;
        assert_eq!(all.len(), before + 1);
        assert!(all.iter().all(|o| o["contact"] == all[0]["contact"]), "one contact, another candidacy");
        // Onto the same job once more: she is a candidate for it, whoever insists.
        let page = w.exports(&mut fatima, &["Grace Wanjiku"], &[("job", &job), ("anyway", "yes")]).await;
        assert!(fatima.read(&page).await.contains("is a candidate for this very job already"), "{}", fatima.read(&page).await);
        fatima.click(&page, "Grace Wanjiku", "Cancel", &[]).await;
        w.drain().await;
        assert!(fatima.read(&page).await.contains("Grace Wanjiku undone"));
        assert_eq!(w.with_email("grace.wanjiku@mail.example").await.len(), before + 1);
    })
    .await;
}

#[tokio::test]
async fn fnd_36_an_answer_that_is_lost_makes_nobody_twice_and_what_cannot_be_sent_waits_with_a_sentence() {
    on_both(async |w| {
        let mut fatima = w.connects_findem().await;
        let tap = w.tap_lever("POST", "/v1/opportunities").await;
        tap.faults.lock().unwrap().extend([Fault::LoseAnswer, Fault::Nothing, Fault::Answer(503, "{}"), Fault::Answer(429, "{}")]);
        let page = w.exports(&mut fatima, &["Amara Okafor", "Kenji Watanabe", "Omar Farouk"], &[]).await;
        for _ in 0..6 {
            w.later(5 * MINUTE).await;
        }
        assert!(fatima.read(&page).await.contains("3 of 3 profiles"), "{}", fatima.read(&page).await);
        for who in ["amara.okafor", "kenji.watanabe", "omar.farouk"] {
            let found = w.with_email(&format!("{who}@inbox.example")).await;
            assert_eq!(found.len(), 1, "{who}");
            let (_, notes) =
                w.lever(&w.key().await, Verb::Get, &format!("/v1/opportunities/{}/notes", found[0]["id"].as_str().unwrap()), Value::Null).await;
            assert_eq!(notes["data"].as_array().unwrap().len(), 1, "{who}");
        }
        // The job closes while it is on its way: it says so, and goes on when it opens.
        let job = w.posting_of("Product Designer").await;
        w.posting_becomes("Product Designer", "state", "closed").await;
        let page = w.exports(&mut fatima, &["Tomáš Dvořák"], &[("job", &job)]).await;
        let text = fatima.read(&page).await;
        assert!(text.contains("the job \"Product Designer\" is closed in Lever") && text.contains("Try again"), "{text}");
        w.posting_becomes("Product Designer", "state", "published").await;
        fatima.click(&page, "", "Try again", &[]).await;
        w.drain().await;
        assert!(fatima.read(&page).await.contains("1 of 1 profile"), "{}", fatima.read(&page).await);
        // Where nothing is connected nothing is taken down; and what had not gone yet when somebody disconnects is taken back.
        fatima.click("/findem/integrations/lever", "", "Disconnect Lever", &[]).await;
        let camille = fatima.link("/findem/profiles?q=camille", "", "Camille Laurent").await;
        let (status, why) = fatima.try_press("/findem/export", &[("profile", camille.rsplit('/').next().unwrap()), ("stage", "lead-new")]).await;
        assert!(status == 400 && why.contains("Lever is not connected"), "{why}");
        w.connects_findem().await;
        assert!(w.with_email("camille.laurent@inbox.example").await.is_empty());
    })
    .await;
}
