//! A world for one story: the demo company on all three sides, and verbs that speak the product's language.

use clock::{Clock, Ms};
use db::Engine;
use db::scratch::engines;
use db::vault::Vault;
use endpoint::Verb;
use fulcrum::demo;
use fulcrum::serve::{Listeners, Sides, start};
use fulcrum::settings::Settings;
use fulcrum::sides::Ground;
use fulcrum::visitor::{Visitor, form};
use lever_api::event::{Delivery, sign};
use outbound::{Answer, Call, Outbound, Reach, Wire};
use scraper::{ElementRef, Html, Selector};
use serde_json::{Value, json};
use std::ops::Deref;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;

/// 2 March 2026, 09:00 UTC.
pub const START: Ms = Ms(1_772_442_000_000);

/// The three sides of the demo company, connected.
pub struct World {
    pub ats: ats::Ats,
    pub hub: hub::Hub,
    pub partners: partners::Partners,
    pub clock: Clock,
    pub outbound: Outbound,
    pub vault: Vault,
    pub ats_url: Url,
    pub hub_url: Url,
    pub partners_url: Url,
    pub folder: PathBuf,
    database: Option<(String, String)>,
    _stop: watch::Sender<bool>,
    _tasks: JoinSet<()>,
}

/// Tells a story on every engine.
pub async fn on_both<F: AsyncFn(World)>(story: F) {
    for engine in engines() {
        eprintln!("on {engine:?}");
        let world = World::new(engine).await;
        let (folder, database) = (world.folder.clone(), world.database());
        story(world).await;
        World::discard(folder, database).await;
    }
}

async fn admin(server: &str, sql: &str) -> db::Result<()> {
    let db = db::Db::open(&db::Place::Postgres { url: server.to_owned(), schema: "public".to_owned() }).await?;
    db::Sql::run(&db, sql, vec![]).await?;
    db.close().await;
    Ok(())
}

#[allow(clippy::disallowed_methods, reason = "tests learn here where PostgreSQL is")]
async fn database(engine: Engine) -> Option<(String, String)> {
    if engine == Engine::Sqlite {
        return None;
    }
    let server = std::env::var("FULCRUM_TEST_POSTGRES").unwrap();
    let name = format!("t_{}", db::vault::random_hex(8));
    admin(&server, &format!("create database {name}")).await.unwrap();
    Some((server, name))
}

impl World {
    pub async fn new(engine: Engine) -> Self {
        Self::at_rate(engine, false).await
    }

    /// `limited`: callers of the ATS are held to Lever's rate, and so is the hub.
    pub async fn at_rate(engine: Engine, limited: bool) -> Self {
        let folder = std::env::temp_dir().join(format!("fulcrum-{}", db::vault::random_hex(8)));
        let database = database(engine).await;
        let url = database.as_ref().map(|(server, name)| Url::parse(server).unwrap().join(name).unwrap().to_string());
        let mut settings: Settings = serde_json::from_value(json!({
            "data": folder, "database_url": url, "log": "warn", "only": [], "hub": "127.0.0.1:0", "ats": "127.0.0.1:0", "partners": "127.0.0.1:0",
            "demo": true, "allow_loopback": true, "allow_private_networks": false, "allow_plain_http": false, "no_rate_limit": !limited,
        }))
        .unwrap();
        fulcrum::counted::begin();
        let listeners = Listeners::bind(&mut settings).await.unwrap();
        let clock = Clock::standing_at(START);
        let mut ground = Ground::new(settings).unwrap();
        ground.clock = clock.clone();
        ground.reader = Some(reader::Reader::new(env!("CARGO_BIN_EXE_fulcrum").into()));
        ground.outbound = Outbound::new(Reach::with_loopback(), clock.clone());
        let (stop, told) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let sides: Sides = start(&ground, listeners, &told, &mut tasks).await.unwrap();
        demo::fill(&ground, &sides).await.unwrap();
        let side = |side| ground.settings.url(side).unwrap();
        use fulcrum::settings::Side::{Ats, Hub, Partners};
        let world = Self {
            ats_url: side(Ats),
            hub_url: side(Hub),
            partners_url: side(Partners),
            ats: sides.ats.unwrap(),
            hub: sides.hub.unwrap(),
            partners: sides.partners.unwrap(),
            outbound: ground.outbound.clone(),
            vault: ground.vault.clone(),
            clock,
            folder,
            database,
            _stop: stop,
            _tasks: tasks,
        };
        world.drain().await;
        world
    }

    /// Where its database is, if it is not files.
    pub fn database(&self) -> Option<(String, String)> {
        self.database.clone()
    }

    /// Takes away what a world left behind.
    pub async fn discard(folder: PathBuf, database: Option<(String, String)>) {
        let _ = std::fs::remove_dir_all(folder);
        if let Some((server, name)) = database {
            let _ = admin(&server, &format!("drop database {name} with (force)")).await;
        }
    }

    /// Does everything whose time has come, on all three sides, until nothing is left.
    pub async fn drain(&self) {
        loop {
            let sent = self.ats.pipeline.drain(&ats::Deliveries(self.ats.clone())).await.unwrap();
            let done = self.hub.pipeline.drain(&hub::Work(self.hub.clone())).await.unwrap();
            let run = self.partners.pipeline.drain(&partners::Errands(self.partners.clone())).await.unwrap();
            if sent + done + run == 0 {
                return;
            }
        }
    }

    /// Moves the clock, then does what came due.
    pub async fn later(&self, by: Duration) {
        self.clock.advance(by);
        self.drain().await;
    }

    /// Somebody signed in at the ATS, by the first part of their address.
    pub async fn at_ats(&self, who: &str) -> At {
        At::sign_in(&self.outbound, &self.ats_url, "/sign-in", who).await
    }

    /// Somebody signed in at HR Cloud.
    pub async fn at_hr_cloud(&self, who: &str) -> At {
        At::sign_in(&self.outbound, &self.partners_url, "/hr-cloud/sign-in", who).await
    }

    /// Somebody at the partner apps who never signed in.
    pub fn stranger(&self) -> At {
        At { visitor: Visitor::new(&self.outbound), base: self.partners_url.clone() }
    }

    /// Somebody at the ATS who never signed in.
    pub fn stranger_at_ats(&self) -> At {
        At { visitor: Visitor::new(&self.outbound), base: self.ats_url.clone() }
    }

    /// The link that begins so, in the letter of a partner app to this address.
    pub async fn letter_link(&self, to: &str, begins: &str) -> String {
        let db = self.db("partners").await;
        let rows = db::Sql::rows(&db, "select body from letter where to_email = $1 order by at desc, id desc", db::params![to]).await.unwrap();
        let bodies: Vec<String> = rows.iter().map(|row| row.text("body").unwrap()).collect();
        db.close().await;
        let link =
            bodies.iter().flat_map(|body| body.split_whitespace()).find(|word| word.contains(begins)).unwrap_or_else(|| panic!("no link to {to}"));
        Url::parse(link).unwrap().path().to_owned()
    }

    /// The operator of the hub.
    pub async fn at_hub(&self) -> At {
        At::sign_in(&self.outbound, &self.hub_url, "/sign-in", "olga").await
    }

    /// Somebody else who works with the hub.
    pub async fn at_hub_as(&self, who: &str) -> At {
        At::sign_in(&self.outbound, &self.hub_url, "/sign-in", who).await
    }

    /// An API key with all permissions.
    pub async fn key(&self) -> String {
        let all: Vec<String> = lever_api::permissions().into_iter().map(str::to_owned).collect();
        self.ats.create_api_key("all", &all, false, None).await.unwrap()
    }

    /// Calls the ATS' API with a key.
    pub async fn lever(&self, key: &str, verb: Verb, path: &str, body: Value) -> (u16, Value) {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let mut call = Call::new(verb, self.ats_url.join(path).unwrap(), body);
        if !key.is_empty() {
            let pair = outbound::Fixed::basic(key, "");
            call.headers.extend(outbound::Credential::headers(&pair).await.unwrap());
        }
        self.call(&call).await
    }

    /// Calls HR Cloud's API with a key pair of its own.
    pub async fn hr_cloud(&self, verb: Verb, path: &str, body: Value) -> (u16, Value) {
        let pair = self.partners.create_service_account("test").await.unwrap();
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let mut call = Call::new(verb, self.partners_url.join(&format!("/hr-cloud/v1/cloud/{path}")).unwrap(), body);
        call.headers.insert("customer_key", pair.customer_key.parse().unwrap());
        call.headers.insert("customer_secret", pair.customer_secret.parse().unwrap());
        self.call(&call).await
    }

    pub async fn call(&self, call: &Call) -> (u16, Value) {
        let Answer { status, body, .. } = self.outbound.send(call, &Wire::default()).await.unwrap();
        let text = String::from_utf8_lossy(&body).into_owned();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// The demo's candidate of this name.
    pub async fn candidate(&self, name: &str) -> String {
        let (status, found) = self.lever(&self.key().await, Verb::Get, "/v1/opportunities?limit=100", Value::Null).await;
        assert_eq!(status, 200);
        let all = found["data"].as_array().unwrap();
        all.iter().find(|o| o["name"] == name).unwrap_or_else(|| panic!("no {name}"))["id"].as_str().unwrap().to_owned()
    }

    /// The offer of a candidate starts on another day.
    pub async fn offer(&self, opportunity: &str, start: &str) {
        let mut ines = self.at_ats("ines").await;
        // Of two signed offers the later one counts.
        self.clock.advance(Duration::from_secs(1));
        ines.press(&format!("/candidates/{opportunity}/offer"), &[("start", start), ("status", "signed")]).await;
        self.drain().await;
    }

    /// Somebody adds a candidate to the posting of this title, with a signed offer.
    pub async fn add(&self, name: &str, email: &str, title: &str) -> String {
        let mut ines = self.at_ats("ines").await;
        let (_, postings) = self.lever(&self.key().await, Verb::Get, "/v1/postings?limit=100", json!(null)).await;
        let job = postings["data"].as_array().unwrap().iter().find(|p| p["text"] == title).unwrap()["id"].as_str().unwrap().to_owned();
        let profile = ines.press("/candidates/new", &[("name", name), ("email", email), ("posting", &job), ("stage", "offer")]).await;
        let id = profile.path().rsplit('/').next().unwrap().to_owned();
        self.offer(&id, "2026-06-01").await;
        id
    }

    /// The recruiter marks somebody as hired, on the profile page.
    pub async fn hire(&self, opportunity: &str) {
        let mut ines = self.at_ats("ines").await;
        let reason = self.hired_reason().await;
        ines.press(&format!("/candidates/{opportunity}/archive"), &[("reason", &reason)]).await;
    }

    pub async fn hired_reason(&self) -> String {
        let (_, found) = self.lever(&self.key().await, Verb::Get, "/v1/archive_reasons?type=hired", Value::Null).await;
        found["data"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Employees with this e-mail, as HR Cloud's API prints them.
    pub async fn employees(&self, email: &str) -> Vec<Value> {
        let filter: String = url::form_urlencoded::byte_serialize(format!("xEmail eq '{email}'").as_bytes()).collect();
        let (status, found) = self.hr_cloud(Verb::Get, &format!("xEmployee?filter={filter}"), Value::Null).await;
        assert_eq!(status, 200);
        found.as_array().unwrap().clone()
    }

    /// How many employees there are in all.
    pub async fn headcount(&self) -> usize {
        let (_, found) = self.hr_cloud(Verb::Get, "xEmployee?pageSize=500", Value::Null).await;
        found.as_array().unwrap().len()
    }

    /// The page of a hire, as text without markup.
    pub async fn timeline(&self, opportunity: &str) -> String {
        self.at_hub().await.read(&format!("/hires/{opportunity}")).await
    }

    /// Where the databases are, if they are not files.
    pub fn database_url(&self) -> Option<String> {
        let (server, name) = self.database.as_ref()?;
        Some(Url::parse(server).unwrap().join(name).unwrap().to_string())
    }

    /// The database of a side, for what no page and no API tells.
    pub async fn db(&self, side: &str) -> db::Db {
        let place = match &self.database {
            None => db::Place::File(self.folder.join(format!("{side}.db"))),
            Some((server, name)) => db::Place::Postgres { url: Url::parse(server).unwrap().join(name).unwrap().to_string(), schema: side.to_owned() },
        };
        db::Db::open(&place).await.unwrap()
    }

    /// The id of the connection with HR Cloud.
    pub async fn connection(&self) -> String {
        let tenant = self.hub.first_tenant().await.unwrap().unwrap();
        self.hub.all_connections(&tenant).await.unwrap()[0].id.clone()
    }

    /// Lever's webhooks: id, address, signature token, as Lever itself knows them.
    pub async fn webhooks(&self) -> Vec<(String, Url, String)> {
        let db = self.db("ats").await;
        let rows = db::Sql::rows(&db, "select id, url, signature_token from webhook", vec![]).await.unwrap();
        let read = |row: &db::Row| {
            let id = row.text("id").unwrap();
            let token = self.vault.open_sealed(&format!("webhook/{id}"), &row.text("signature_token").unwrap()).unwrap();
            (id, Url::parse(&row.text("url").unwrap()).unwrap(), token)
        };
        let found = rows.iter().map(read).collect();
        db.close().await;
        found
    }

    /// The one by which Lever tells the connection with this partner.
    pub async fn webhook_of(&self, connector: &str) -> (String, Url, String) {
        let db = self.db("hub").await;
        let sql = "select s.id from subscription s join connection c on c.id = s.connection where c.connector = $1";
        let id = db::Sql::row(&db, sql, db::params![connector]).await.unwrap().unwrap().text("id").unwrap();
        db.close().await;
        self.webhooks().await.into_iter().find(|(_, url, _)| url.path().ends_with(&id)).unwrap()
    }

    /// The one for hires.
    pub async fn webhook(&self) -> (Url, String) {
        let (_, url, token) = self.webhooks().await.pop().expect("a webhook for hires");
        (url, token)
    }

    /// How many deliveries Lever has made to anybody.
    pub async fn deliveries(&self) -> usize {
        let db = self.db("ats").await;
        let made = db::Sql::rows(&db, "select id from effect", vec![]).await.unwrap().len();
        db.close().await;
        made
    }

    /// A delivery as Lever would send it about this opportunity, signed.
    pub async fn delivery(&self, opportunity: &str) -> Delivery {
        let (_, key) = self.webhook().await;
        let (token, at) = (db::vault::random_hex(24), self.clock.now().0);
        Delivery {
            id: Some("e".into()),
            event: "candidateHired".into(),
            triggered_at: at,
            signature: Some(sign(&key, &token, at)),
            token: Some(token),
            data: json!({ "opportunityId": opportunity, "candidateId": opportunity }),
        }
    }

    /// Posts a body to the hub's receiver.
    pub async fn deliver(&self, body: Vec<u8>) -> (u16, Value) {
        let (url, _) = self.webhook().await;
        self.call(&Call::new(Verb::Post, url, body)).await
    }

    pub async fn deliver_json(&self, delivery: &Delivery) -> u16 {
        self.deliver(serde_json::to_vec(delivery).unwrap()).await.0
    }
}

/// Somebody looking at the pages of one side. A clone is another tab of the same browser.
#[derive(Clone)]
pub struct At {
    visitor: Visitor,
    base: Url,
}

impl At {
    pub async fn sign_in(outbound: &Outbound, base: &Url, page: &str, who: &str) -> Self {
        let mut visitor = Visitor::new(outbound);
        let email = if who.contains('@') { who.to_owned() } else { format!("{who}@northwind.example") };
        visitor.sign_in(&base.join(page).unwrap(), &email).await.unwrap();
        Self { visitor, base: base.clone() }
    }

    fn url(&self, path: &str) -> Url {
        self.base.join(path).unwrap()
    }

    /// Opens a page: status and HTML.
    pub async fn open(&mut self, path: &str) -> (u16, String) {
        let url = self.url(path);
        self.visitor.open(&url).await.unwrap()
    }

    /// Opens a page that must be there: its text without markup, spaces folded.
    pub async fn read(&mut self, path: &str) -> String {
        let (status, html) = self.open(path).await;
        assert_eq!(status, 200, "{path}: {html}");
        text(&html)
    }

    /// Presses a button: where it leads.
    pub async fn press(&mut self, path: &str, fields: &[(&str, &str)]) -> Url {
        let url = self.url(path);
        self.visitor.press(&url, &form(fields)).await.unwrap()
    }

    /// Presses the button that says this, on a page; `near` stands beside it. What it sends is what the form holds, with
    /// `fields` filled in by their labels. Where it leads.
    pub async fn click(&mut self, page: &str, near: &str, label: &str, fields: &[(&str, &str)]) -> Url {
        let html = self.open(page).await.1;
        let found = button(&html, near, label, fields);
        let (action, filled) = found.unwrap_or_else(|why| panic!("{page}: {why}: {}", text(&html)));
        let filled: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.press(&action, &filled).await
    }

    /// The link that says this, nearest to the words: where it leads. `…` at the end stands for anything.
    pub async fn link(&mut self, page: &str, near: &str, label: &str) -> String {
        let html = self.open(page).await.1;
        let document = Html::parse_document(&html);
        let links = Selector::parse("a[href]").unwrap();
        let words = |e: ElementRef<'_>| text_of(e);
        let found = document.select(&links).filter(|a| says(&words(*a), label));
        let distance =
            |a: &ElementRef<'_>| a.ancestors().filter_map(ElementRef::wrap).position(|around| words(around).contains(near)).unwrap_or(usize::MAX);
        let link = found.min_by_key(distance).unwrap_or_else(|| panic!("{page}: no link says {label:?}: {}", text(&html)));
        self.url(page).join(link.attr("href").unwrap()).unwrap().as_str().trim_start_matches(self.base.as_str().trim_end_matches('/')).to_owned()
    }

    /// Where a page is in the end, if it only leads on.
    pub async fn follow_if_it_leads_on(&mut self, page: &str) -> String {
        let (status, _) = self.open(page).await;
        if status == 303 { self.follow(&self.url(page)).await.path().to_owned() } else { page.to_owned() }
    }

    /// Presses a button on a page, as [`At::click`] does; it may be refused: the status and the page's text.
    pub async fn try_click(&mut self, page: &str, near: &str, label: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let html = self.open(page).await.1;
        let (action, filled) = button(&html, near, label, fields).unwrap_or_else(|why| panic!("{page}: {why}: {}", text(&html)));
        let filled: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.try_press(&action, &filled).await
    }

    /// Sends a form with a file: where it leads.
    pub async fn upload(&mut self, path: &str, fields: &[(&str, &str)], file: (&str, &str, &[u8])) -> Url {
        let url = self.url(path);
        let answer = self.visitor.upload(&url, fields, file).await.unwrap();
        let to = answer.headers.get("location").unwrap_or_else(|| panic!("{}: {}", answer.status, text(&String::from_utf8_lossy(&answer.body))));
        url.join(to.to_str().unwrap()).unwrap()
    }

    /// Sends a form with a file that may be refused: the status and the page's text.
    pub async fn try_upload(&mut self, path: &str, fields: &[(&str, &str)], file: (&str, &str, &[u8])) -> (u16, String) {
        let url = self.url(path);
        let answer = self.visitor.upload(&url, fields, file).await.unwrap();
        (answer.status, text(&String::from_utf8_lossy(&answer.body)))
    }

    /// Presses a button that may be refused: the status and the page's text.
    pub async fn try_press(&mut self, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let url = self.url(path);
        let answer = self.visitor.send(Verb::Post, &url, &form(fields)).await.unwrap();
        (answer.status, text(&String::from_utf8_lossy(&answer.body)))
    }

    /// Opens a page that leads on.
    pub async fn follow(&mut self, url: &Url) -> Url {
        self.visitor.follow(url).await.unwrap()
    }
}

/// The form of the button that says this, as it would be sent.
fn button(html: &str, near: &str, label: &str, fields: &[(&str, &str)]) -> Result<(String, Vec<(String, String)>), String> {
    let page = Html::parse_document(html);
    let words = text_of;
    let all = |selector: &str| Selector::parse(selector).unwrap();
    let said = |e: ElementRef<'_>| if words(e).is_empty() { e.attr("aria-label").unwrap_or_default().to_owned() } else { words(e) };
    let every = all("form button");
    let buttons = page.select(&every).filter(|b| says(&said(*b), label));
    let parents = |b: &ElementRef<'_>| b.ancestors().filter_map(ElementRef::wrap).map(words).collect::<Vec<_>>();
    // The one that stands nearest to the words.
    let distance = |b: &ElementRef<'_>| parents(b).iter().position(|around| around.contains(near)).unwrap_or(usize::MAX);
    let button = buttons.min_by_key(distance).ok_or_else(|| format!("no button says {label:?}"))?;
    if distance(&button) == usize::MAX {
        return Err(format!("the button {label:?} does not stand near {near:?}"));
    }
    let form = button.ancestors().filter_map(ElementRef::wrap).find(|e| e.value().name() == "form").ok_or("a button without a form")?;
    let mut sent = Vec::new();
    for field in form.select(&all("input[name], select[name], textarea[name]")) {
        let name = field.attr("name").unwrap_or_default().to_owned();
        let labelled = field.ancestors().filter_map(ElementRef::wrap).find(|e| e.value().name() == "label").map(words);
        let called = field.attr("aria-label").map(str::to_owned).or(labelled).unwrap_or_default();
        let given = fields.iter().find(|(label, _)| !called.is_empty() && called.starts_with(label)).map(|(_, value)| *value);
        let options: Vec<ElementRef<'_>> = field.select(&all("option")).collect();
        // What is not ticked is not sent.
        if matches!(field.attr("type"), Some("checkbox" | "radio")) {
            if given.map_or(field.attr("checked").is_some(), |given| !given.is_empty()) {
                sent.push((name, field.attr("value").unwrap_or("on").to_owned()));
            }
            continue;
        }
        let value = match given {
            Some(given) if !options.is_empty() => {
                let option = options.iter().find(|o| says(&words(**o), given)).ok_or_else(|| format!("{called:?} has no {given:?}"))?;
                option.attr("value").unwrap_or_default().to_owned()
            }
            Some(given) => given.to_owned(),
            None if !options.is_empty() => {
                let chosen = options.iter().find(|o| o.attr("selected").is_some()).or(options.first());
                chosen.and_then(|o| o.attr("value")).unwrap_or_default().to_owned()
            }
            None if field.value().name() == "textarea" => field.text().collect::<String>().trim_start_matches('\n').to_owned(),
            None => field.attr("value").unwrap_or_default().to_owned(),
        };
        sent.push((name, value));
    }
    sent.extend(button.attr("name").map(|name| (name.to_owned(), button.attr("value").unwrap_or_default().to_owned())));
    Ok((form.attr("action").unwrap_or_default().to_owned(), sent))
}

/// What a person reads in a part of a page.
fn text_of(part: ElementRef<'_>) -> String {
    part.text().collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether something says this; `…` at the end stands for anything.
fn says(said: &str, words: &str) -> bool {
    said == words || words.strip_suffix('…').is_some_and(|begins| said.starts_with(begins))
}

/// What a person reads: no markup, spaces folded.
pub fn text(html: &str) -> String {
    let page = scraper::Html::parse_document(html);
    page.root_element().text().collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The sides, by their own names.
impl Deref for At {
    type Target = Url;
    fn deref(&self) -> &Url {
        &self.base
    }
}
