//! Connecting: consent, Cancel, forged answers, pasted keys, and who may.

use crate::world::{At, World, on_both, text};
use std::time::Duration;
use url::Url;

const CONNECT: &str = "/hr-cloud/settings/integrations/lever/connect";

impl World {
    /// Helen presses Connect: the hub's hosted page, and after "Sign in with Lever" the consent page.
    pub async fn to_consent(&self) -> (At, Url, Url) {
        let mut helen = self.at_hr_cloud("helen").await;
        let hosted = helen.press(CONNECT, &[]).await;
        let consent = helen.press(&format!("{hosted}/lever"), &[]).await;
        (helen, hosted, consent)
    }

    /// The whole way, once more.
    pub async fn reconnect(&self) -> Url {
        let (mut helen, _, consent) = self.to_consent().await;
        let callback = self.at_ats("ines").await.press(consent.as_str(), &[("answer", "accept")]).await;
        helen.follow(&callback).await
    }
}

#[tokio::test]
async fn com_07_com_08_the_consent_page_lists_what_is_asked_for_and_accept_leads_back_to_where_one_came_from() {
    on_both(async |w| {
        let (mut helen, hosted, consent) = w.to_consent().await;
        let mut ines = w.at_ats("ines").await;
        let page = ines.read(consent.as_str()).await;
        assert!(page.contains("HR Cloud wants access to your Lever account"));
        for scope in connectors::ALL[0].spec().scopes() {
            assert!(page.contains(scope), "{scope}: {page}");
        }
        let callback = ines.press(consent.as_str(), &[("answer", "accept")]).await;
        // In another browser, though one that is connecting too, it is worth nothing.
        let (mut other, _, _) = w.to_consent().await;
        let (status, page) = other.open(callback.as_str()).await;
        assert_eq!(status, 400, "{page}");
        let back = helen.follow(&callback).await;
        assert_eq!(back, w.partners_url.join("/hr-cloud/settings/integrations/lever").unwrap());
        assert!(w.at_hr_cloud("helen").await.read(back.path()).await.contains("Connected"));
        // The link has done its work: opening it again leads back, and the answer cannot be used twice.
        assert_eq!(helen.follow(&hosted).await, back);
        assert_eq!(helen.open(callback.as_str()).await.0, 400);
        let (status, page) = helen.try_press(&format!("{hosted}/api-key"), &[("key", &w.key().await)]).await;
        assert!(status == 400 && page.contains("This link has done its work"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn com_07_cancel_grants_nothing() {
    on_both(async |w| {
        let mut ines = w.at_ats("ines").await;
        ines.press("/settings/integrations/authorized-apps/fulcrum-hr-cloud/revoke", &[]).await;
        let (mut helen, _, consent) = w.to_consent().await;
        let callback = ines.press(consent.as_str(), &[("answer", "cancel")]).await;
        assert!(callback.query().unwrap().contains("error=access_denied"));
        let (_, html) = helen.open(callback.as_str()).await;
        assert!(text(&html).contains("You pressed Cancel in Lever. Nothing was granted."));
        assert!(ines.read("/settings/integrations/authorized-apps").await.contains("No authorized apps"));
    })
    .await;
}

#[tokio::test]
async fn a_partners_credential_is_tried_before_anybody_is_led_to_lever_and_the_connection_that_works_stays() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        assert!(olga.read("/connections/new/hr-cloud").await.contains("HR Cloud is connected already."));
        let base = w.partners_url.join("/hr-cloud").unwrap().to_string();
        let nope = [("base_url", base.as_str()), ("customer_key", "nope"), ("customer_secret", "nope")];
        let (status, page) = olga.try_press("/connections/new/hr-cloud", &nope).await;
        assert!(status == 400 && page.contains("do not open HR Cloud"), "{page}");
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!(w.employees("ada.lovelace.byron@mail.example").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn com_08_an_answer_that_is_loaded_twice_at_once_is_used_once() {
    on_both(async |w| {
        let (mut helen, _, consent) = w.to_consent().await;
        let callback = w.at_ats("ines").await.press(consent.as_str(), &[("answer", "accept")]).await;
        let mut again = helen.clone();
        let (one, two) = futures_util::future::join(helen.open(callback.as_str()), again.open(callback.as_str())).await;
        let mut answers = [one.0, two.0];
        answers.sort_unstable();
        assert_eq!(answers, [200, 400]);
        // Had the code been exchanged twice, Lever would have taken the grant for stolen.
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!(w.employees("ada.lovelace.byron@mail.example").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn com_08_a_forged_state_is_refused() {
    on_both(async |w| {
        let (status, html) = w.at_hub().await.open("/connect/callback?code=abc&state=forged").await;
        assert_eq!(status, 400);
        assert!(text(&html).contains("belongs to no connection that is being made"));
    })
    .await;
}

#[tokio::test]
async fn com_02_com_03_com_05_only_a_super_admin_of_a_trm_package_can_connect_and_others_are_told_before() {
    // HRC-O15: what the document calls an "Admin account" is a Super Admin.
    on_both(async |w| {
        for who in ["omar", "mei", "tomasz", "ruth"] {
            let (_, _, consent) = w.to_consent().await;
            let mut other = w.at_ats(who).await;
            let page = other.read(consent.as_str()).await;
            assert!(page.contains("Only a Super Admin with the permission \"Manage API credentials and manage integrations\""), "{page}");
            assert!(!page.contains("Accept"), "{who} must not be offered Accept");
            assert_eq!(other.try_press(consent.as_str(), &[("answer", "accept")]).await.0, 403);
        }
        w.ats.set_package("Lever Basic").await.unwrap();
        let (_, _, consent) = w.to_consent().await;
        let mut ines = w.at_ats("ines").await;
        assert!(ines.read(consent.as_str()).await.contains("This account has the package Lever Basic."));
        assert_eq!(ines.try_press(consent.as_str(), &[("answer", "accept")]).await.0, 403);
    })
    .await;
}

#[tokio::test]
async fn an_api_key_connects_too_and_a_wrong_one_is_told_at_once() {
    on_both(async |w| {
        let mut helen = w.at_hr_cloud("helen").await;
        let hosted = helen.press(CONNECT, &[]).await;
        let mut anyone: At = w.at_hub().await;
        let (status, page) = anyone.try_press(&format!("{hosted}/api-key"), &[("key", "nonsense")]).await;
        assert_eq!(status, 200);
        assert!(page.contains("Lever does not know this key"), "{page}");
        // COM-05: the package counts for keys as it does for consent.
        let all: Vec<String> = lever_api::permissions().into_iter().map(str::to_owned).collect();
        let key = w.ats.create_api_key("the hub's", &all, false, None).await.unwrap();
        w.ats.set_package("Lever Basic").await.unwrap();
        let (_, page) = anyone.try_press(&format!("{hosted}/api-key"), &[("key", &key)]).await;
        assert!(page.contains("This account has the package Lever Basic."), "{page}");
        w.ats.set_package("LeverTRM").await.unwrap();
        let back = anyone.press(&format!("{hosted}/api-key"), &[("key", &key)]).await;
        assert_eq!(back.path(), "/hr-cloud/settings/integrations/lever");
        w.drain().await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        assert_eq!(w.employees("ada.lovelace.byron@mail.example").await.len(), 1);
        // COM-12: revoked, it ends the connection, which says so.
        w.at_ats("ines").await.click("/settings/integrations/api-credentials", "the hub's", "Revoke", &[]).await;
        w.later(Duration::from_secs(60)).await;
        let page = w.at_hub().await.read(&format!("/connections/{}", w.connection().await)).await;
        assert!(page.contains("Disconnected") && page.contains("Lever does not accept the API key any more"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn com_06_hrc_02_hrc_03_the_integration_is_for_hr_admins_and_off_until_the_account_manager_switches_it_on() {
    on_both(async |w| {
        for who in ["tomasz", "eva"] {
            assert_eq!(w.at_hr_cloud(who).await.open("/hr-cloud/settings/integrations").await.0, 403, "{who}");
        }
        let mut sam = w.at_hr_cloud("sam@hrcloud.example").await;
        sam.press("/hr-cloud/account-manager/lever_enabled", &[("on", "")]).await;
        let mut helen = w.at_hr_cloud("helen").await;
        assert!(helen.read("/hr-cloud/settings/integrations").await.contains("Ask your HR Cloud Account Manager to enable"));
        assert_eq!(helen.open("/hr-cloud/settings/integrations/lever").await.0, 403);
        sam.press("/hr-cloud/account-manager/lever_enabled", &[("on", "yes")]).await;
        assert!(helen.read("/hr-cloud/settings/integrations").await.contains("Lever"));
    })
    .await;
}
