//! The authorization server: codes and refresh tokens work once, and whoever repeats one loses the grant.

use crate::world::{World, on_both};
use endpoint::Verb;
use lever_api::oauth::{Authorize, TokenRequest};
use outbound::{Call, Fixed};
use serde_json::Value;
use std::time::Duration;
use url::Url;

const BACK: &str = "http://127.0.0.1:9/back";

struct App {
    secret: String,
}

impl App {
    async fn register(w: &World) -> Self {
        Self { secret: w.ats.register_app("my-app", "My App", &[BACK.to_owned()]).await.unwrap() }
    }

    fn ask(w: &World, change: impl Fn(&mut Authorize)) -> Url {
        let mut request = Authorize {
            client_id: "my-app".into(),
            redirect_uri: BACK.into(),
            response_type: "code".into(),
            state: "s t&te".into(),
            scope: "offline_access stages:read:admin".into(),
            audience: format!("{}v1/", w.ats_url),
            prompt: None,
        };
        change(&mut request);
        let mut url = w.ats_url.join("/authorize").unwrap();
        let fields = serde_json::to_value(request).unwrap();
        url.query_pairs_mut().extend_pairs(fields.as_object().unwrap().iter().filter_map(|(k, v)| Some((k, v.as_str()?))));
        url
    }

    async fn code(w: &World) -> String {
        Self::code_for(w, "offline_access stages:read:admin").await
    }

    async fn code_for(w: &World, scopes: &str) -> String {
        let back = w.at_ats("ines").await.press(Self::ask(w, |r| r.scope = scopes.to_owned()).as_str(), &[("answer", "accept")]).await;
        let answer: std::collections::HashMap<_, _> = back.query_pairs().into_owned().collect();
        assert_eq!(answer["state"], "s t&te", "given back unchanged");
        answer["code"].clone()
    }

    async fn exchange(&self, w: &World, kind: &str, value: &str, json: bool) -> (u16, Value) {
        let mut request =
            TokenRequest { grant_type: kind.into(), client_id: "my-app".into(), client_secret: self.secret.clone(), ..TokenRequest::default() };
        if kind == "refresh_token" {
            request.refresh_token = Some(value.into());
        } else {
            request.code = Some(value.into());
        }
        let fields = serde_json::to_value(&request).unwrap();
        let pairs: Vec<(&str, &str)> = fields.as_object().unwrap().iter().filter_map(|(k, v)| Some((k.as_str(), v.as_str()?))).collect();
        let body = if json { fields.to_string() } else { fulcrum::visitor::form(&pairs) };
        let mut call = Call::new(Verb::Post, w.ats_url.join("/oauth/token").unwrap(), body.into_bytes());
        let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
        call.headers.insert("content-type", kind.parse().unwrap());
        w.call(&call).await
    }

    async fn stages(w: &World, token: &Value) -> u16 {
        let mut call = Call::new(Verb::Get, w.ats_url.join("/v1/stages").unwrap(), vec![]);
        call.headers.extend(outbound::Credential::headers(&Fixed::bearer(token["access_token"].as_str().unwrap())).await.unwrap());
        w.call(&call).await.0
    }
}

impl World {
    /// An access token with these scopes.
    pub async fn app_token(&self, scopes: &str) -> String {
        let app = App::register(self).await;
        self.tokens_of("my-app", &app.secret, scopes).await.access_token
    }

    /// The tokens of an application that comes back to [`BACK`].
    pub async fn tokens_of(&self, client_id: &str, secret: &str, scopes: &str) -> lever_api::oauth::Tokens {
        let ask = App::ask(self, |r| (r.client_id, r.scope) = (client_id.to_owned(), scopes.to_owned()));
        let back = self.at_ats("ines").await.press(ask.as_str(), &[("answer", "accept")]).await;
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        let request = TokenRequest {
            grant_type: "authorization_code".into(),
            client_id: client_id.into(),
            client_secret: secret.into(),
            code: Some(code),
            ..TokenRequest::default()
        };
        let call = Call::new(Verb::Post, self.ats_url.join("/oauth/token").unwrap(), serde_json::to_vec(&request).unwrap());
        serde_json::from_value(self.call(&call).await.1).unwrap()
    }
}

#[tokio::test]
async fn a_code_works_once_and_refreshing_rotates() {
    on_both(async |w| {
        let app = App::register(&w).await;
        let code = App::code(&w).await;
        let (status, first) = app.exchange(&w, "authorization_code", &code, true).await;
        assert_eq!(status, 200, "{first}");
        assert_eq!((first["token_type"].as_str(), first["expires_in"].as_i64()), (Some("Bearer"), Some(3600)));
        assert_eq!(first["access_token"].as_str().unwrap().split('.').count(), 3, "it looks like a JWT");
        assert_eq!(App::stages(&w, &first).await, 200);
        w.clock.advance(Duration::from_secs(3601));
        assert_eq!(App::stages(&w, &first).await, 401);
        let (status, second) = app.exchange(&w, "refresh_token", first["refresh_token"].as_str().unwrap(), false).await;
        assert_eq!(status, 200, "{second}");
        assert_ne!(first["refresh_token"], second["refresh_token"]);
        assert_eq!(App::stages(&w, &second).await, 200);
        // The old refresh token again at once: its answer was lost on the way.
        let (status, third) = app.exchange(&w, "refresh_token", first["refresh_token"].as_str().unwrap(), false).await;
        assert_eq!((status, App::stages(&w, &third).await), (200, 200), "{third}");
        // And again later: it was stolen, so the whole grant ends.
        w.clock.advance(Duration::from_secs(61));
        let (status, body) = app.exchange(&w, "refresh_token", first["refresh_token"].as_str().unwrap(), false).await;
        assert_eq!((status, body["error"].as_str()), (403, Some("invalid_grant")));
        assert_eq!(App::stages(&w, &second).await, 401);
    })
    .await;
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_the_grant_and_codes_live_ten_minutes() {
    on_both(async |w| {
        let app = App::register(&w).await;
        let code = App::code(&w).await;
        let (_, tokens) = app.exchange(&w, "authorization_code", &code, false).await;
        assert_eq!(app.exchange(&w, "authorization_code", &code, false).await.0, 403);
        assert_eq!(App::stages(&w, &tokens).await, 401);
        let late = App::code(&w).await;
        w.clock.advance(Duration::from_secs(601));
        assert_eq!(app.exchange(&w, "authorization_code", &late, false).await.0, 403);
        let wrong = App { secret: "wrong".into() };
        let code = App::code(&w).await;
        let (status, body) = wrong.exchange(&w, "authorization_code", &code, false).await;
        assert_eq!((status, body["error"].as_str()), (401, Some("invalid_client")));
        assert_eq!(app.exchange(&w, "password", &code, false).await.1["error"], "unsupported_grant_type");
    })
    .await;
}

#[tokio::test]
async fn a_scope_allows_its_own_endpoints_and_no_others() {
    on_both(async |w| {
        let app = App::register(&w).await;
        let (_, tokens) = app.exchange(&w, "authorization_code", &App::code(&w).await, false).await;
        for info in lever_api::catalogue().iter().filter(|i| i.verb == Verb::Get && !i.path.contains('{')) {
            let mut call = Call::new(Verb::Get, w.ats_url.join(info.path).unwrap(), vec![]);
            call.headers.extend(outbound::Credential::headers(&Fixed::bearer(tokens["access_token"].as_str().unwrap())).await.unwrap());
            let expected = if info.access.scope == "stages:read:admin" { 200 } else { 403 };
            assert_eq!(w.call(&call).await.0, expected, "{info:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_endpoint_is_served_with_its_scope_alone_and_refused_with_all_the_others() {
    on_both(async |w| {
        let app = App::register(&w).await;
        let catalogue = lever_api::catalogue();
        let mut scopes: Vec<&str> = catalogue.iter().map(|info| info.access.scope).collect();
        scopes.sort_unstable();
        scopes.dedup();
        for scope in &scopes {
            // What allows writing allows reading too.
            let covers = |other: &&&str| !lever_api::scope::covers(&[**other], scope);
            let others: Vec<&str> = scopes.iter().filter(covers).copied().collect();
            let mut tokens = Vec::new();
            for asked in [(*scope).to_owned(), others.join(" ")] {
                let (_, token) = app.exchange(&w, "authorization_code", &App::code_for(&w, &asked).await, false).await;
                tokens.push(token["access_token"].as_str().unwrap().to_owned());
            }
            for info in catalogue.iter().filter(|info| info.access.scope == *scope) {
                let names = info.path.split('{').skip(1).filter_map(|part| part.split('}').next());
                let parts = endpoint::Parts { path: names.map(|n| (n.to_owned(), "x".to_owned())).collect(), ..endpoint::Parts::default() };
                for (token, served) in tokens.iter().zip([true, false]) {
                    let mut call = Call::new(info.verb, w.ats_url.join(&parts.fill(info)).unwrap(), b"{}".to_vec());
                    call.headers.extend(outbound::Credential::headers(&Fixed::bearer(token)).await.unwrap());
                    let (status, body) = w.call(&call).await;
                    assert_eq!(![401, 403, 429, 500].contains(&status), served, "{info:?}: {status} {body}");
                    assert!(served || status == 403 && body["message"].as_str().unwrap().contains(scope), "{info:?}: {status} {body}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_for_consent_that_cannot_be_trusted_is_never_answered_with_a_redirect() {
    on_both(async |w| {
        App::register(&w).await;
        let mut ines = w.at_ats("ines").await;
        type Change = fn(&mut Authorize);
        let changes: [Change; 6] = [
            |r| r.client_id = "nobody".into(),
            |r| r.redirect_uri = "https://evil.example/".into(),
            |r| r.response_type = "token".into(),
            |r| r.state = String::new(),
            |r| r.scope = "stages:fly:admin".into(),
            |r| r.scope = String::new(),
        ];
        for change in changes {
            let url = App::ask(&w, change);
            assert_eq!(ines.open(url.as_str()).await.0, 400, "{url}");
            assert_eq!(ines.try_press(url.as_str(), &[("answer", "accept")]).await.0, 400, "{url}");
        }
    })
    .await;
}
