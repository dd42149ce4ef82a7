//! Every endpoint is served, asks for a credential, and for exactly its own permission. Nobody has to remember to add
//! an endpoint here: the list is the catalogue.

use crate::world::on_both;
use endpoint::{Parts, Verb};
use outbound::{Call, Fixed};
use serde_json::Value;

#[tokio::test]
async fn every_endpoint_of_the_catalogue_is_served_and_nothing_else() {
    on_both(async |w| {
        let name = |infos: Vec<endpoint::Info>| {
            let mut names: Vec<&str> = infos.iter().map(|i| i.name).collect();
            names.sort_unstable();
            names
        };
        assert_eq!(name(ats::catalogue(&w.ats)), name([lever_api::catalogue(), lever_api::POSTINGS_API.to_vec()].concat()));
    })
    .await;
}

#[tokio::test]
async fn every_endpoint_wants_a_credential_with_exactly_its_permission() {
    on_both(async |w| {
        for info in lever_api::catalogue() {
            let names = info.path.split('{').skip(1).filter_map(|p| p.split('}').next());
            let parts = Parts { path: names.map(|n| (n.to_owned(), "x".to_owned())).collect(), ..Parts::default() };
            let path = parts.fill(&info);
            let ask = async |key: Option<&str>| {
                let mut call = Call::new(info.verb, w.ats_url.join(&path).unwrap(), b"{}".to_vec());
                if let Some(key) = key {
                    call.headers.extend(outbound::Credential::headers(&Fixed::basic(key, "")).await.unwrap());
                }
                w.call(&call).await
            };
            let (status, body) = ask(None).await;
            assert_eq!((status, body["code"].as_str()), (401, Some("UnauthorizedError")), "{info:?}");
            assert_eq!(ask(Some("guessed")).await.0, 401, "{info:?}");
            let others: Vec<String> = lever_api::permissions().into_iter().filter(|p| *p != info.access.permission).map(str::to_owned).collect();
            let all_but_one = w.ats.create_api_key("but one", &others, false, None).await.unwrap();
            let (status, body) = ask(Some(&all_but_one)).await;
            assert_eq!(status, 403, "{info:?}: {body}");
            assert!(body["message"].as_str().unwrap().contains(info.access.permission), "{body}");
            let only = w.ats.create_api_key("only", &[info.access.permission.to_owned()], false, None).await.unwrap();
            let (status, body) = ask(Some(&only)).await;
            assert!(![401, 403, 429, 500].contains(&status), "{info:?}: {status} {body}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once_and_a_key_needs_known_permissions() {
    on_both(async |w| {
        let key = w.key().await;
        assert_eq!(w.lever(&key, Verb::Get, "/v1/stages", Value::Null).await.0, 200);
        let mut ines = w.at_ats("ines").await;
        let (_, html) = ines.open("/settings/integrations/api-credentials").await;
        for id in html.split("/api-credentials/").filter_map(|rest| rest.split("/revoke").next()).filter(|id| id.len() == 36) {
            ines.press(&format!("/settings/integrations/api-credentials/{id}/revoke"), &[]).await;
        }
        assert_eq!(w.lever(&key, Verb::Get, "/v1/stages", Value::Null).await.0, 401);
        let unknown = w.ats.create_api_key("x", &["fly to the moon".to_owned()], false, None).await.unwrap_err();
        assert!(unknown.to_string().contains("find all opportunities"), "the message lists what there is: {unknown}");
    })
    .await;
}

#[tokio::test]
async fn a_path_that_does_not_exist_is_answered_as_lever_answers() {
    on_both(async |w| {
        let (status, body) = w.lever(&w.key().await, Verb::Get, "/v1/x", Value::Null).await;
        assert_eq!((status, body["message"].as_str()), (404, Some("/v1/x does not exist")));
        let (status, body) = w.lever(&w.key().await, Verb::Delete, "/v1/stages", Value::Null).await;
        assert_eq!((status, body["message"].as_str()), (405, Some("DELETE is not allowed on /v1/stages")));
        // Where a button leads is no page, and says so.
        let (status, page) = w.at_ats("ines").await.open(&format!("/candidates/{}/stage", w.candidate("Ada Lovelace Byron").await)).await;
        assert!(status == 405 && page.contains("press the button"), "{page}");
    })
    .await;
}
