//! Connecting Findem: the set-up page's sentences, the 79 permissions, and what happens when one is missing.

use crate::world::{At, World, on_both};
use connectors::ALL;
use endpoint::Verb;
use outbound::Call;
use serde_json::Value;

pub const INTEGRATIONS: &str = "/findem/integrations";
pub const LEVER: &str = "/findem/integrations/lever";
pub const KEY: &str = "/findem/integrations/lever/connect";

/// The permissions of the set-up page.
pub fn permissions() -> Vec<String> {
    let spec = ALL.iter().find(|c| c.spec().id == "findem").unwrap().spec();
    spec.needs.iter().map(|need| need.access.permission.to_owned()).collect()
}

impl World {
    /// Somebody signed in at Findem.
    pub async fn at_findem(&self, who: &str) -> At {
        At::sign_in(&self.outbound, &self.partners_url, "/findem/sign-in", who).await
    }

    /// A key with all that Findem asks for.
    pub async fn findem_key(&self) -> String {
        self.ats.create_api_key("Findem", &permissions(), true, None).await.unwrap()
    }

    /// Fatima connects Lever, and everybody is imported.
    pub async fn connects_findem(&self) -> At {
        let mut fatima = self.at_findem("fatima").await;
        fatima.click(KEY, "", "Save", &[("API key", &self.findem_key().await)]).await;
        self.drain().await;
        fatima
    }

    /// An opportunity is confidential from now on, as one onto a confidential posting is.
    pub async fn confides(&self, opportunity: &str) {
        self.clock.advance(std::time::Duration::from_secs(1));
        let db = self.db("ats").await;
        let sql = "update opportunity set confidentiality = 'confidential', updated_at = $1 where id = $2";
        db::Sql::run(&db, sql, db::params![self.clock.now().0, opportunity]).await.unwrap();
        db.close().await;
    }

    /// Calls Findem's API with a token of its own.
    pub async fn findem(&self, verb: Verb, path: &str, body: Value) -> (u16, Value) {
        let token = self.partners.create_findem_token("test").await.unwrap();
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let mut call = Call::new(verb, self.partners_url.join(&format!("/findem/v1/{path}")).unwrap(), body);
        call.headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        self.call(&call).await
    }
}

#[tokio::test]
async fn fnd_10_fnd_11_fnd_12_fnd_13_the_way_leads_over_manage_to_lever_and_a_key_that_is_none_saves_nothing() {
    on_both(async |w| {
        let mut fatima = w.at_findem("fatima").await;
        assert!(fatima.read("/findem/profiles").await.contains("Integrations"));
        let options = fatima.link(INTEGRATIONS, "Manage", "Connect your ATS system").await;
        let page = fatima.read(&options).await;
        assert!(page.contains("Lever With an API key") && page.contains("Lever (CSV) With a file"), "{page}");
        assert_eq!(fatima.link(&options, "", "Lever (CSV)…").await, "/findem/integrations/csv");
        let key = fatima.link(&options, "", "Lever With…").await;
        assert_eq!(key, KEY);
        let page = fatima.read(&key).await;
        assert!(page.contains("Permissions to read (55)") && page.contains("Permissions to write (24)") && page.contains("API key"), "{page}");
        let (status, why) = fatima.try_click(&key, "", "Save", &[("API key", "not a key")]).await;
        assert!(status == 400 && why.contains("Lever does not know this key") && why.contains("Nothing was saved"), "{why}");
        assert!(fatima.read(INTEGRATIONS).await.contains("No applicant tracking system is connected"));
        fatima.click(&key, "", "Save", &[("API key", &w.findem_key().await)]).await;
        w.drain().await;
        assert!(fatima.read(INTEGRATIONS).await.contains("Lever Connected"));
        // Whoever is no admin does not get there.
        assert_eq!(w.at_findem("robin").await.open(INTEGRATIONS).await.0, 403);
    })
    .await;
}

#[tokio::test]
async fn fnd_01_fnd_02_fnd_05_fnd_09_fnd_o17_a_key_made_on_the_page_of_lever_with_more_than_is_needed_makes_every_part_green() {
    on_both(async |w| {
        let mut ines = w.at_ats("ines").await;
        let mut fields = vec![("name".to_owned(), "Findem, all of it".to_owned()), ("confidential".to_owned(), "yes".to_owned())];
        fields.extend(permissions().into_iter().map(|p| ("permission".to_owned(), p)));
        fields.push(("permission".to_owned(), "find all webhooks".to_owned()));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let (_, page) = ines.try_press("/settings/integrations/api-credentials/new", &fields).await;
        // FND-03: it is shown once.
        let key =
            page.split_whitespace().find(|word| word.len() >= 40 && word.bytes().all(|b| b.is_ascii_alphanumeric())).unwrap_or_default().to_owned();
        assert!(!key.is_empty(), "{page}");
        assert!(!ines.read("/settings/integrations/api-credentials").await.contains(&key));
        let mut fatima = w.at_findem("fatima").await;
        fatima.click(KEY, "", "Save", &[("API key", &key)]).await;
        w.drain().await;
        let page = fatima.read(LEVER).await;
        assert!(page.contains("Set-up: 4 of 5 parts"), "{page}");
        assert!(page.contains("missing Mapping ATS stages for inbound applicants"), "the one that is left: {page}");
        assert!(page.contains("Success Permissions") && page.contains("All 79 were tried"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn fnd_06_fnd_07_fnd_o15_of_a_key_that_lacks_any_permission_exactly_that_one_is_named_with_what_it_breaks() {
    on_both(async |w| {
        let mut fatima = w.connects_findem().await;
        let all = permissions();
        assert_eq!(all.len(), 55 + 24);
        for missing in &all {
            let others: Vec<String> = all.iter().filter(|p| *p != missing).cloned().collect();
            let key = w.ats.create_api_key("but one", &others, true, None).await.unwrap();
            fatima.click(KEY, "", "Save", &[("API key", &key)]).await;
            w.drain().await;
            let page = fatima.read(LEVER).await;
            assert!(page.contains("Needs Attention Permissions") && page.contains("1 of 79 are missing"), "{missing}: {page}");
            let named = page.split("Missing Permissions").nth(1).unwrap_or_default();
            assert!(named.contains(&format!(" {missing} : without it Findem cannot")), "{missing}: {named}");
        }
    })
    .await;
}

#[tokio::test]
async fn fnd_08_fnd_o10_without_access_to_confidential_data_it_warns_and_nothing_confidential_comes() {
    on_both(async |w| {
        let opportunity = w.candidate("Grace Wanjiku").await;
        w.confides(&opportunity).await;
        let key = w.ats.create_api_key("no confidential data", &permissions(), false, None).await.unwrap();
        let mut fatima = w.at_findem("fatima").await;
        fatima.click(KEY, "", "Save", &[("API key", &key)]).await;
        w.drain().await;
        let page = fatima.read(LEVER).await;
        assert!(page.contains("may not see confidential data") && page.contains("Needs Attention Permissions"), "{page}");
        assert!(!fatima.read("/findem/profiles?q=wanjiku").await.contains(", owner"));
        let mut olga = w.at_hub().await;
        let connection = olga.link("/connections", "", "Findem").await;
        assert!(olga.read(&connection).await.contains("Confidential postings and their candidates stay out of sight"));
        // With a key that may, it comes, and whoever is no admin does not see it.
        w.clock.advance(std::time::Duration::from_secs(60));
        fatima.click(KEY, "", "Save", &[("API key", &w.findem_key().await)]).await;
        w.drain().await;
        fatima.click(LEVER, "", "Sync now", &[]).await;
        w.drain().await;
        assert!(!fatima.read(LEVER).await.contains("may not see confidential data"));
        assert!(fatima.read("/findem/profiles?q=wanjiku").await.contains(", owner"));
        assert!(!w.at_findem("robin").await.read("/findem/profiles?q=wanjiku").await.contains(", owner"));
    })
    .await;
}

#[tokio::test]
async fn fnd_04_fnd_o14_a_disabled_key_ends_the_connection_another_key_mends_it_and_leaving_stops_asking() {
    on_both(async |w| {
        let mut fatima = w.connects_findem().await;
        let mut ines = w.at_ats("ines").await;
        let (_, html) = ines.open("/settings/integrations/api-credentials").await;
        for id in html.split("/api-credentials/").filter_map(|rest| rest.split("/revoke").next()).filter(|id| id.len() == 36) {
            ines.press(&format!("/settings/integrations/api-credentials/{id}/revoke"), &[]).await;
        }
        fatima.click(LEVER, "", "Sync now", &[]).await;
        w.drain().await;
        let page = fatima.read(LEVER).await;
        assert!(
            page.contains("Not connected")
                && page.contains("does not accept the API key any more")
                && page.contains("Needs Attention Authentication"),
            "{page}"
        );
        fatima.click(KEY, "", "Save", &[("API key", &w.findem_key().await)]).await;
        w.drain().await;
        assert!(fatima.read(LEVER).await.contains("Success Authentication"));
        let tap = w.tap_lever("GET", "nothing").await;
        // Disconnected with everything deleted: nothing is asked, and nobody from Lever is left.
        fatima.click(LEVER, "", "Disconnect Lever", &[("What came from Lever", "is deleted here")]).await;
        w.drain().await;
        w.later(std::time::Duration::from_secs(4 * 3600)).await;
        let asked: Vec<String> = tap.calls().into_iter().filter(|call| call.contains("expand=applications")).collect();
        assert!(asked.is_empty(), "whoever is disconnected asks nothing: {asked:?}");
        assert!(fatima.read("/findem/profiles?origin=lever").await.contains("Nobody fits"));
        assert!(fatima.read("/findem/profiles?origin=sourced").await.contains("Amara Okafor"), "who was found is not Lever's");
    })
    .await;
}
