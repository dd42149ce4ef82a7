//! Roles that are given and taken, and what is sensitive: who sees it. (product.md, roles and sensitive information privileges)

use crate::world::{World, on_both};
use ats::sensitive::{Sensitive, Team};
use endpoint::Verb::{Get, Post};
use serde_json::{Value, json};

/// The id of a user.
async fn user(w: &World, name: &str) -> String {
    let (_, users) = w.lever(&w.key().await, Get, &format!("/v1/users?includeDeactivated=true&email={name}@northwind.example"), Value::Null).await;
    users["data"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_role_is_given_by_who_may_do_more_and_counts_from_the_next_page_on() {
    on_both(async |w| {
        let (mut ines, mut omar, mut mei) = (w.at_ats("ines").await, w.at_ats("omar").await, w.at_ats("mei").await);
        let (omars, meis, tomasz, ruths) = (user(&w, "omar").await, user(&w, "mei").await, user(&w, "tomasz").await, user(&w, "ruth").await);
        let role = |id: &str| format!("/settings/users/{id}/role");
        // The two lower roles are a Team Member's to give, and to nobody above.
        mei.press(&role(&ruths), &[("role", "limited team member")]).await;
        for (whom, to) in [(&ruths, "team member"), (&ruths, "admin"), (&meis, "admin"), (&omars, "interviewer")] {
            assert_eq!(mei.try_press(&role(whom), &[("role", to)]).await.0, 403, "{to}");
        }
        omar.press(&role(&tomasz), &[("role", "team member")]).await;
        for (whom, to) in [(&tomasz, "admin"), (&tomasz, "super admin"), (&omars, "super admin")] {
            assert_eq!(omar.try_press(&role(whom), &[("role", to)]).await.0, 403, "{to}");
        }
        assert_eq!(omar.try_press(&role(&tomasz), &[("role", "king")]).await.0, 400);
        // A Super Admin gives every role, but for the last one's.
        ines.press(&role(&tomasz), &[("role", "super admin")]).await;
        let mine = user(&w, "ines").await;
        ines.press(&role(&tomasz), &[("role", "admin")]).await;
        let (status, said) = ines.try_press(&role(&mine), &[("role", "admin")]).await;
        assert!(status == 400 && said.contains("last Super Admin"), "{said}");
        // A role of one's own.
        ines.click("/settings/roles", "Add a role", "Add role", &[("Name", "Coordinator"), ("Manage postings", "on"), ("View all candidates", "on")])
            .await;
        let own = ines.link("/settings/roles", "Coordinator", "Coordinator").await;
        let id = own.rsplit('/').next().unwrap().to_owned();
        ines.press(&role(&ruths), &[("role", &id)]).await;
        let mut ruth = w.at_ats("ruth").await;
        assert_eq!(ruth.open("/postings/new").await.0, 200);
        assert_eq!(ruth.open("/settings/users").await.0, 403);
        ines.click(&own, "Allows", "Save", &[("Manage postings", ""), ("Manage users", "on")]).await;
        assert_eq!((ruth.open("/postings/new").await.0, ruth.open("/settings/users").await.0), (403, 200));
        let (status, said) = ines.try_press(&format!("{own}/delete"), &[]).await;
        assert!(status == 400 && said.contains("Somebody has this role"), "{said}");
        for who in [&mut omar, &mut mei] {
            assert_eq!(who.try_press("/settings/roles", &[("name", "Mine")]).await.0, 403);
            assert_eq!(who.try_press(&own, &[("name", "Mine")]).await.0, 403);
        }
        assert_eq!(ines.try_press("/settings/roles", &[("name", "coordinator")]).await.0, 400, "the name is taken");
        assert_eq!(ines.try_press("/settings/roles/admin", &[("name", "Weak")]).await.0, 404, "built in");
        // Programs may give it too, and see it as its id; the log says who did what.
        let (key, change) = (w.key().await, json!({ "name": "Mei", "email": "mei@northwind.example", "accessRole": id }));
        let (status, changed) = w.lever(&key, endpoint::Verb::Put, &format!("/v1/users/{meis}"), change).await;
        assert_eq!((status, &changed["data"]["accessRole"]), (200, &json!(id)), "{changed}");
        let (_, log) = w.lever(&key, Get, "/v1/audit_events?type=user.role:changed", Value::Null).await;
        assert_eq!(log["data"].as_array().unwrap().len(), 6, "{log}");
        ines.press(&role(&ruths), &[("role", "interviewer")]).await;
        ines.press(&role(&meis), &[("role", "team member")]).await;
        ines.press(&format!("{own}/delete"), &[]).await;
        assert!(!ines.read("/settings/roles").await.contains("Coordinator"));
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn secret_notes_and_forms_offers_and_hired_people_are_for_who_has_the_privilege() {
    on_both(async |w| {
        let key = w.key().await;
        // One for the department Mei was given, one for another.
        let (ada, nova) = (w.candidate("Ada Lovelace Byron").await, w.add("Nova Lind", "nova@example.org", "Product Designer").await);
        let mut ines = w.at_ats("ines").await;
        let (_, templates) = w.lever(&key, Get, "/v1/form_templates", Value::Null).await;
        let template = &templates["data"][0];
        let answers: Vec<Value> = template["fields"].as_array().unwrap().iter().map(|f| json!({ "id": f["id"], "value": "Whispered" })).collect();
        for id in [&ada, &nova] {
            ines.press(&format!("/candidates/{id}/notes"), &[("value", "Between us"), ("secret", "yes")]).await;
            ines.press(&format!("/candidates/{id}/offer"), &[("salary", "91000"), ("status", "sent")]).await;
            let body = json!({ "baseTemplateId": template["id"], "fields": answers, "secret": true });
            let (status, said) = w.lever(&key, Post, &format!("/v1/opportunities/{id}/forms"), body).await;
            assert!(status < 300, "{said}");
        }
        let (_, offers) = w.lever(&key, Get, &format!("/v1/opportunities/{nova}/offers"), Value::Null).await;
        let offer = offers["data"].as_array().unwrap().iter().find(|o| o["status"] == "sent").unwrap()["id"].as_str().unwrap().to_owned();
        let document = format!("/candidates/{nova}/offers/{offer}");
        let secrets = ["Between us", "91000", "Whispered"];
        for (who, of_ada, of_nova) in [("ines", true, true), ("omar", true, true), ("mei", true, false), ("tomasz", false, false)] {
            let mut at = w.at_ats(who).await;
            for (id, sees) in [(&ada, of_ada), (&nova, of_nova)] {
                let (status, page) = at.open(&format!("/candidates/{id}")).await;
                assert!(status == 200 || who == "tomasz", "{who}");
                for secret in secrets {
                    assert_eq!(page.contains(secret), sees, "{who}: {secret}");
                }
            }
            assert_eq!(at.open(&document).await.0 == 200, of_nova, "{who}");
        }
        // Who wrote it sees it.
        let mut mei = w.at_ats("mei").await;
        mei.press(&format!("/candidates/{nova}/notes"), &[("value", "My own secret"), ("secret", "yes")]).await;
        assert!(mei.read(&format!("/candidates/{nova}")).await.contains("My own secret"));
        // Hired, they are for who has the privilege, and for the owner and the hiring manager of the posting.
        let reason = w.hired_reason().await;
        let gone = mei.press(&format!("/candidates/{nova}/archive"), &[("reason", &reason)]).await;
        assert_eq!(gone.path(), "/candidates");
        assert!(mei.read("/candidates").await.contains("Hired. Congratulations! You do not see their profile any more"));
        mei.press(&format!("/candidates/{ada}/archive"), &[("reason", &reason)]).await;
        w.drain().await;
        let mut sees = Vec::new();
        for who in ["ines", "omar", "mei", "tomasz", "ruth"] {
            let mut at = w.at_ats(who).await;
            let list = at.read("/candidates?archived=yes").await;
            for (id, name) in [(&ada, "Ada Lovelace Byron"), (&nova, "Nova Lind")] {
                let opens = at.open(&format!("/candidates/{id}")).await.0 == 200;
                assert_eq!(opens, list.contains(name), "{who} {name}");
                sees.push(opens);
            }
        }
        // Tomasz is the hiring manager of both.
        assert_eq!(sees, [true, true, true, true, true, false, true, true, false, false]);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn the_privilege_is_given_for_departments_teams_locations_and_postings_by_super_admins_only() {
    on_both(async |w| {
        let nova = w.add("Nova Lind", "nova@example.org", "Product Designer").await;
        w.hire(&nova).await;
        let (mut ines, mut omar) = (w.at_ats("ines").await, w.at_ats("omar").await);
        let (meis, profile) = (user(&w, "mei").await, format!("/candidates/{nova}"));
        let at = format!("/settings/users/{meis}/sensitive");
        let (_, postings) = w.lever(&w.key().await, Get, "/v1/postings?limit=100", Value::Null).await;
        let id = |title: &str| postings["data"].as_array().unwrap().iter().find(|p| p["text"] == title).unwrap()["id"].as_str().unwrap().to_owned();
        let (designer, writer) = (id("Product Designer"), id("Technical Writer"));
        let mut mei = w.at_ats("mei").await;
        for (scope, sees) in [
            (vec![], false),
            (vec![("everything", "yes")], true),
            (vec![("department", "Sales"), ("department", "Product")], true),
            (vec![("department", "Sales")], false),
            (vec![("team", "Product\u{1f}Design")], true),
            (vec![("team", "Sales\u{1f}Design")], false),
            (vec![("location", "Berlin")], false),
            (vec![("location", "Lisbon")], true),
            (vec![("posting", writer.as_str())], false),
            (vec![("posting", designer.as_str())], true),
        ] {
            ines.press(&at, &scope).await;
            assert_eq!(mei.open(&profile).await.0 == 200, sees, "{scope:?}");
            let page = ines.open(&format!("/settings/users/{meis}")).await.1;
            // A team that is not there has no box.
            let shown = scope.iter().filter(|(_, value)| *value != "Sales\u{1f}Design").count();
            assert_eq!(page.matches(" checked").count(), shown, "the page shows what was given: {scope:?}");
        }
        assert_eq!(omar.try_press(&at, &[("everything", "yes")]).await.0, 403, "an Admin does not give it");
        // It needs a role that sees all candidates.
        let tomasz = user(&w, "tomasz").await;
        let scope = Sensitive { teams: vec![Team { department: "Product".into(), name: "Design".into() }], ..Sensitive::default() };
        w.ats.give_sensitive(&tomasz, &scope, None).await.unwrap();
        assert!(ines.read(&format!("/settings/users/{tomasz}")).await.contains("Only for roles that see all candidates"));
        let (_, log) = w.lever(&w.key().await, Get, "/v1/audit_events?type=user.permission:changed", Value::Null).await;
        assert!(log["data"].as_array().unwrap().iter().any(|line| line["meta"]["to"]["postings"] == json!([designer])), "{log}");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_privilege_goes_with_the_role_it_belongs_to_and_does_not_come_back_by_itself() {
    on_both(async |w| {
        let (mut ines, mut omar) = (w.at_ats("ines").await, w.at_ats("omar").await);
        let (meis, key) = (user(&w, "mei").await, w.key().await);
        let role = format!("/settings/users/{meis}/role");
        ines.press(&format!("/settings/users/{meis}/sensitive"), &[("everything", "yes")]).await;
        let ada = w.candidate("Ada Lovelace Byron").await;
        ines.press(&format!("/candidates/{ada}/notes"), &[("value", "Between us"), ("secret", "yes")]).await;
        let sees = async || w.at_ats("mei").await.read(&format!("/candidates/{ada}")).await.contains("Between us");
        assert!(sees().await);
        omar.press(&role, &[("role", "interviewer")]).await;
        omar.press(&role, &[("role", "team member")]).await;
        assert!(!sees().await, "an Admin cannot bring it back");
        // The same over the API.
        ines.press(&format!("/settings/users/{meis}/sensitive"), &[("everything", "yes")]).await;
        for role in ["limited team member", "team member"] {
            let change = json!({ "name": "Mei", "email": "mei@northwind.example", "accessRole": role });
            assert_eq!(w.lever(&key, endpoint::Verb::Put, &format!("/v1/users/{meis}"), change).await.0, 200);
        }
        assert!(!sees().await);
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn of_two_super_admins_who_take_each_others_role_at_once_one_is_left() {
    on_both(async |w| {
        let (inez, omars) = (user(&w, "ines").await, user(&w, "omar").await);
        let mut ines = w.at_ats("ines").await;
        ines.press(&format!("/settings/users/{omars}/role"), &[("role", "super admin")]).await;
        let mut omar = w.at_ats("omar").await;
        let at = |id: &str, what: &str| format!("/settings/users/{id}/{what}");
        let (mine, his) = (at(&inez, "role"), at(&omars, "active"));
        let (one, other) = tokio::join!(omar.try_press(&mine, &[("role", "admin")]), ines.try_press(&his, &[("active", "")]));
        let (_, left) = w.lever(&w.key().await, Get, "/v1/users?accessRole=super%20admin", Value::Null).await;
        assert_eq!(left["data"].as_array().unwrap().len(), 1, "{} {}", one.0, other.0);
        w.drain().await;
    })
    .await;
}
