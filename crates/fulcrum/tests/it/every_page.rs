//! Every page that can be reached by links is visited, by everyone who may: it answers, is well-formed for a screen
//! reader, invents no class, and leads nowhere dead.

use crate::jobma::DANIEL;
use crate::world::{At, World, on_both};
use scraper::{ElementRef, Html, Selector};
use std::collections::{BTreeSet, VecDeque};

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn name(element: ElementRef) -> String {
    let text: String = element.text().collect();
    format!("{}{}", text.trim(), element.attr("aria-label").unwrap_or_default())
}

fn check(path: &str, html: &str) {
    let page = Html::parse_document(html);
    assert_eq!(all(&page, "h1").len(), 1, "{path}: one h1");
    assert!(!all(&page, "title")[0].inner_html().is_empty(), "{path}: a title");
    assert_eq!(all(&page, "html")[0].attr("lang"), Some("en"), "{path}");
    assert!(all(&page, "[style], script:not([src]), [onclick], [onchange]").is_empty(), "{path}: no inline style or script");
    for link in all(&page, "a[href], button") {
        assert!(!name(link).is_empty(), "{path}: a link or button without a name: {}", link.html());
    }
    for input in all(&page, "input:not([type=hidden]), select, textarea") {
        let labelled = input.attr("aria-label").is_some() || input.ancestors().filter_map(ElementRef::wrap).any(|a| a.value().name() == "label");
        assert!(labelled, "{path}: an input without a label: {}", input.html());
    }
    let mut ids = BTreeSet::new();
    for element in all(&page, "[id]") {
        assert!(ids.insert(element.attr("id").unwrap()), "{path}: the id {:?} stands twice", element.attr("id"));
    }
    let mut level = 1;
    for heading in all(&page, "h1, h2, h3, h4") {
        let this: u32 = heading.value().name()[1..].parse().unwrap();
        assert!(this <= level + 1, "{path}: from h{level} to h{this}");
        level = this;
    }
    for class in all(&page, "[class]").iter().flat_map(|e| e.value().classes()) {
        assert!(include_str!("../../../web/src/assets/app.css").contains(&format!(".{class}")), "{path}: the class {class} is in no style sheet");
    }
}

/// Follows every link of ours from a page; how many pages there were.
async fn crawl(mut at: At, start: &str) -> usize {
    let mut seen: BTreeSet<String> = BTreeSet::from([start.to_owned()]);
    let mut next = VecDeque::from([start.to_owned()]);
    while let Some(path) = next.pop_front() {
        let (status, html) = at.open(&path).await;
        if status == 303 {
            let to = at.follow(&at.join(&path).unwrap()).await;
            if to.origin() == at.origin() && seen.insert(to.path().to_owned()) {
                next.push_back(to.path().to_owned());
            }
            continue;
        }
        assert_eq!(status, 200, "{path} is linked but answers {status}");
        // What is kept instead of shown is no page.
        if path.starts_with("/export/") || path.contains(".json") || path.contains(".csv") || html.starts_with("%PDF-") {
            continue;
        }
        check(&path, &html);
        let base = at.join(&path).unwrap();
        for link in all(&Html::parse_document(&html), "a[href]") {
            let Ok(url) = base.join(link.attr("href").unwrap()) else { panic!("{path}: a broken link") };
            let to = format!("{}{}", url.path(), url.query().map(|q| format!("?{q}")).unwrap_or_default());
            // One profile and one employee stand for all of them.
            let kind = |p: &str| p.split('/').map(|s| if s.len() == 36 { "*" } else { s }).collect::<Vec<_>>().join("/");
            let alike = seen.iter().filter(|known| kind(known) == kind(&to)).count();
            if url.origin() == at.origin() && alike < 3 && seen.insert(to.clone()) {
                next.push_back(to);
            }
        }
    }
    seen.len()
}

async fn busy(w: &World) {
    for who in ["Ada Lovelace Byron", "María José García López"] {
        let id = w.candidate(who).await;
        w.hire(&id).await;
    }
    w.connects_joinedly().await;
    w.connects_jobma().await;
    w.connects_job_ring().await;
    let mut fatima = w.reviews(&["New applicant"]).await;
    w.exports(&mut fatima, &["Amara Okafor"], &[]).await;
    w.refers("Nia Okafor", "nia@mail.example", "Backend Engineer").await;
    let (_, link) = w.invited(DANIEL).await;
    w.holds(&link).await;
    let forged = w.delivery("x").await;
    w.deliver_json(&lever_api::event::Delivery { signature: None, ..forged }).await;
}

#[tokio::test]
async fn every_page_is_whole_and_no_link_is_dead() {
    on_both(async |w| {
        busy(&w).await;
        let pages = [
            crawl(w.at_ats("ines").await, "/candidates").await,
            crawl(w.at_ats("ruth").await, "/candidates").await,
            crawl(w.at_hr_cloud("helen").await, "/hr-cloud/people").await,
            crawl(w.at_hr_cloud("eva").await, "/hr-cloud/people").await,
            crawl(w.at_joinedly("jo").await, "/joinedly/joiners").await,
            crawl(w.at_joinedly("malik").await, "/joinedly/joiners").await,
            crawl(w.at_jobma("vera").await, "/jobma/interviews-listing").await,
            crawl(w.at_jobma("rashid").await, "/jobma/interviews-listing").await,
            crawl(w.at_job_ring("bianca").await, "/job-ring/business").await,
            crawl(w.at_job_ring("rosa").await, "/job-ring/jobs").await,
            crawl(w.at_findem("fatima").await, "/findem/profiles").await,
            crawl(w.at_findem("robin").await, "/findem/profiles").await,
            crawl(w.at_findem("edda").await, "/findem/equal-opportunity").await,
            crawl(w.at_hub().await, "/").await,
        ];
        assert!(
            pages.iter().zip([14, 1, 7, 3, 12, 2, 9, 3, 12, 4, 14, 5, 1, 8]).all(|(seen, least)| *seen >= least),
            "fewer pages than there were: {pages:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn strangers_are_led_to_the_sign_in_page_and_back_and_wrong_passwords_are_slowed() {
    on_both(async |w| {
        for (base, page, sign_in) in [
            (&w.ats_url, "/settings/users", "/sign-in"),
            (&w.hub_url, "/holds", "/sign-in"),
            (&w.partners_url, "/hr-cloud/people", "/hr-cloud/sign-in"),
        ] {
            let mut stranger = fulcrum::visitor::Visitor::new(&w.outbound);
            let to = stranger.follow(&base.join(page).unwrap()).await.unwrap();
            assert_eq!(to.path(), sign_in);
            let (status, html) = stranger.open(&to).await.unwrap();
            assert_eq!(status, 200);
            check(sign_in, &html);
            assert!(html.contains(&format!("value=\"{page}\"")), "the way back is kept");
            let wrong = fulcrum::visitor::form(&[("email", "ines@northwind.example"), ("password", "wrong")]);
            for n in 0..6 {
                let answer = stranger.send(endpoint::Verb::Post, &base.join(sign_in).unwrap(), &wrong).await.unwrap();
                assert_eq!(answer.status, if n < 5 { 401 } else { 429 });
            }
        }
    })
    .await;
}

#[tokio::test]
async fn pages_forbid_everything_from_elsewhere_and_forms_from_other_sites_are_refused() {
    on_both(async |w| {
        let call = outbound::Call::new(endpoint::Verb::Get, w.hub_url.join("/sign-in").unwrap(), vec![]);
        let answer = w.outbound.send(&call, &outbound::Wire::default()).await.unwrap();
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'self'") && !policy.contains("unsafe"));
        let mut forged = outbound::Call::new(endpoint::Verb::Post, w.hub_url.join("/holds/release").unwrap(), vec![]);
        forged.headers.insert("origin", "https://evil.example".parse().unwrap());
        forged.headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
        assert_eq!(w.call(&forged).await.0, 403);
    })
    .await;
}
