//! Set-up that checks itself: each step turns green when it is seen, and says until then who can mend it and where.

use crate::world::{At, World, on_both};
use lever_api::event::Event;

impl World {
    /// Whoever pastes a key with all permissions but these.
    pub async fn connect_with_a_key_without(&self, lacking: &[&str]) -> At {
        let some: Vec<String> = lever_api::permissions().into_iter().filter(|p| !lacking.contains(p)).map(str::to_owned).collect();
        let key = self.ats.create_api_key("some", &some, false, None).await.unwrap();
        let mut helen = self.at_hr_cloud("helen").await;
        let hosted = helen.press("/hr-cloud/settings/integrations/lever/connect", &[]).await;
        helen.press(&format!("{hosted}/api-key"), &[("key", &key)]).await;
        self.drain().await;
        helen
    }
}

#[tokio::test]
async fn each_step_turns_green_when_it_is_seen() {
    on_both(async |w| {
        w.ats.tell(Event::CandidateHired, false, None).await.unwrap();
        let mut olga = w.at_hub().await;
        let page = format!("/connections/{}", w.connection().await);
        let read = olga.read(&page).await;
        for step in [
            "done Connected with Lever A Super Admin pressed Accept on Lever's consent page.",
            "done Every permission that is needed All 13 were tried.",
            "done HR Cloud lets us in It answered to our credential.",
            "done A webhook for \"Candidate Hired\" Made in Lever by itself.",
            "not seen yet Lever reaches this hub To try it: in Lever, Settings > Integrations and API > Webhooks, press Verify connection",
            "not seen yet \"Candidate Hired\" is switched on in Lever It shows with the first event. A Super Admin can switch it on:",
            "not seen yet Names lead somewhere 2 of Lever's names have no entry in HR Cloud",
            "not seen yet A record written to HR Cloud Hire somebody in Lever, or import.",
            "Set-up: 4 of 8 steps were seen to be done",
        ] {
            assert!(read.contains(step), "{step}: {read}");
        }
        let hook = w.webhooks().await.pop().unwrap().0;
        w.at_ats("ines").await.press(&format!("/settings/integrations/webhooks/{hook}/verify"), &[]).await;
        assert!(olga.read(&page).await.contains("done Lever reaches this hub A signed delivery came."));
        w.ats.tell(Event::CandidateHired, true, None).await.unwrap();
        let ada = w.candidate("Ada Lovelace Byron").await;
        w.hire(&ada).await;
        w.drain().await;
        let read = olga.read(&page).await;
        assert!(read.contains("done \"Candidate Hired\" is switched on in Lever An event came."), "{read}");
        assert!(read.contains("done A record written to HR Cloud 1 so far."), "{read}");
        // HR Cloud shows the same steps.
        let read = w.at_hr_cloud("helen").await.read("/hr-cloud/settings/integrations/lever").await;
        assert!(read.contains("Set-up: 7 of 8 steps were seen to be done"), "{read}");
    })
    .await;
}

#[tokio::test]
async fn a_missing_permission_is_named_with_what_breaks_before_anybody_is_hired() {
    on_both(async |w| {
        let offers = connectors::ALL[0].spec().needs.iter().find(|need| need.to == "read the start date").unwrap().access.permission;
        w.connect_with_a_key_without(&[offers]).await;
        let mut olga = w.at_hub().await;
        let overview = olga.read("/").await;
        assert!(
            overview.contains(&format!(
                "Lever does not allow HR Cloud to read the start date. The permission \"{offers}\" is missing. A Super Admin in Lever can give it."
            )),
            "{overview}"
        );
        let read = olga.read(&format!("/connections/{}", w.connection().await)).await;
        assert!(read.contains("A Super Admin can make a new API key with it, and connect with that."), "{read}");

        // What only some field maps need, is missed only by those.
        w.connect_with_a_key_without(&["find all opportunity forms"]).await;
        assert!(!olga.read("/").await.contains("Lever does not allow"));
        let fields = format!("/connections/{}/fields", w.connection().await);
        olga.click(&fields, "City", "Save", &[("City", "forms['Onboarding data']['T-shirt size']")]).await;
        w.drain().await;
        assert!(olga.read("/").await.contains("Lever does not allow HR Cloud to fill fields from forms."));

        w.connect_with_a_key_without(&[]).await;
        assert!(!olga.read("/").await.contains("Lever does not allow"));
        assert!(olga.read(&format!("/connections/{}", w.connection().await)).await.contains("Lever accepts the API key."));
    })
    .await;
}

#[tokio::test]
async fn trying_the_permissions_leaves_no_trace_in_lever() {
    on_both(async |w| {
        let before = w.webhooks().await;
        let tap = w.tap_lever("", "").await;
        let mut olga = w.at_hub().await;
        let page = format!("/connections/{}", w.connection().await);
        olga.click(&page, "Lever", "Check both sides", &[]).await;
        assert!(olga.read(&page).await.contains("Both sides answer, and nothing is missing."));
        let calls = tap.calls();
        assert_eq!(calls.len(), connectors::ALL[0].spec().needs.iter().filter(|need| need.only.is_none()).count(), "{calls:?}");
        assert_eq!(w.webhooks().await, before);
    })
    .await;
}
