//! The ATS as its users hold it, and the API it serves.

use crate::access::{Buckets, Caller};
use crate::answers::{self, Answers};
use crate::refusal::{Refusal, Result};
use crate::sandbox::Sandbox;
use crate::{
    Ground, applying, audit, candidates, eeo, feedback, feedback_templates, files, form_templates, forms, interviews, job_board, labels, notes,
    offers, pages, people_api, posting_writes, postings, profiles, referrals, requisition_fields, requisition_writes, requisitions, sandbox,
    sandbox_api, settings, surveys, uploads, webhooks, writes,
};
use axum::Router;
use axum::http::request::Parts as Head;
use axum::http::{HeaderValue, StatusCode};
use axum::response::IntoResponse;
use clock::Clock;
use db::Db;
use db::vault::Vault;
use endpoint::Info;
use futures_util::future::BoxFuture;
use lever_api::PutPosting;
use outbound::Outbound;
use pipeline::Pipeline;
use reader::Reader;
use std::ops::Deref;
use std::sync::Arc;
use store::Store;
use url::Url;
use web::{Api, Dialect, Lobby};

/// The applicant tracking system. Clones share everything.
#[derive(Clone)]
pub struct Ats(Arc<Inner>);

/// What an [`Ats`] is made of.
pub struct Inner {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) vault: Vault,
    pub(crate) outbound: Outbound,
    pub(crate) store: Store,
    pub(crate) reader: Option<Reader>,
    pub(crate) base: Url,
    pub(crate) rate_limit: bool,
    pub(crate) demo: bool,
    /// Webhook deliveries run on it.
    pub pipeline: Pipeline,
    pub(crate) lobby: Lobby,
    pub(crate) buckets: Buckets,
    pub(crate) answers: Answers,
    /// Where things may be made to go wrong.
    pub(crate) sandbox: Option<Sandbox>,
}

impl Deref for Ats {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Ats {
    pub(crate) fn new(ground: Ground, pipeline: Pipeline) -> Self {
        let lobby = Lobby::new(ground.db.clone(), ground.clock.clone(), "fulcrum_ats", &ground.base);
        Self(Arc::new(Inner {
            db: ground.db,
            clock: ground.clock,
            vault: ground.vault,
            outbound: ground.outbound,
            store: ground.store,
            reader: ground.reader,
            base: ground.base,
            rate_limit: ground.rate_limit,
            demo: ground.demo,
            pipeline,
            lobby,
            buckets: Buckets::default(),
            answers: Answers::default(),
            sandbox: ground.sandbox.then(Sandbox::default),
        }))
    }

    /// Everything: the API, OAuth, the pages.
    pub fn router(&self) -> Router {
        let api = mounted(self.clone())
            .router()
            .layer(axum::middleware::from_fn_with_state(self.clone(), answers::again))
            .merge(job_board::mounted(self.clone()).router())
            .merge(crate::oauth::token_routes(self.clone()))
            .layer(axum::middleware::from_fn_with_state(self.clone(), sandbox::strike))
            .merge(sandbox_api::routes(self.clone()))
            .route("/openapi.json", axum::routing::get(|| async { axum::Json(lever_api::openapi()) }));
        web::finish(&self.db, pages::routes(self.clone()), api, |request, status| {
            let path = request.uri().path();
            let refusal = match status {
                StatusCode::METHOD_NOT_ALLOWED => Refusal::not_this_way(request.method().as_str(), path),
                _ => Refusal::no_such_path(path),
            };
            ["/v0/", "/v1/"].iter().any(|of_api| path.starts_with(of_api)).then(|| refusal.into_response())
        })
    }

    /// Open pages refresh, and deliveries start.
    pub(crate) fn committed(&self) {
        self.pipeline.wake();
        self.lobby.changed();
    }
}

/// Every endpoint with its handler.
fn mounted(ats: Ats) -> Api<Ats> {
    let api = Api::new(ats)
        .on(profiles::list)
        .on(profiles::list_deleted)
        .on(profiles::get)
        .on(writes::create)
        .on(writes::stage)
        .on(writes::archived)
        .on(writes::add_tags)
        .on(writes::remove_tags)
        .on(writes::add_sources)
        .on(writes::remove_sources)
        .on(writes::add_links)
        .on(writes::remove_links)
        .on(profiles::list_applications)
        .on(profiles::get_application)
        .on(offers::list)
        .on(offers::download)
        .on(forms::list)
        .on(forms::get)
        .on(feedback::list)
        .on(feedback::get)
        .on(feedback::create)
        .on(feedback::update)
        .on(feedback::delete)
        .on(feedback_templates::list)
        .on(feedback_templates::get)
        .on(feedback_templates::create)
        .on(feedback_templates::update)
        .on(feedback_templates::delete)
        .on(files::list)
        .on(files::get)
        .on(files::download)
        .on(files::upload)
        .on(files::delete)
        .on(files::list_resumes)
        .on(files::get_resume)
        .on(files::download_resume)
        .on(notes::list)
        .on(notes::get)
        .on(notes::create)
        .on(notes::delete)
        .on(profiles::get_contact)
        .on(writes::update_contact)
        .on(postings::list)
        .on(postings::list_deleted)
        .on(postings::get)
        .on(requisitions::list)
        .on(requisitions::get)
        .on(settings::list_stages)
        .on(settings::get_stage)
        .on(settings::list_reasons)
        .on(settings::get_reason)
        .on(people_api::list)
        .on(people_api::get)
        .on(labels::list_tags)
        .on(labels::list_sources)
        .on(webhooks::list)
        .on(webhooks::create)
        .on(webhooks::update)
        .on(webhooks::delete)
        .on(notes::update)
        .on(forms::create)
        .on(people_api::update)
        .on(referrals::list)
        .on(referrals::get)
        .on(interviews::list)
        .on(interviews::get)
        .on(interviews::create)
        .on(interviews::update)
        .on(interviews::delete)
        .on(interviews::list_panels)
        .on(interviews::get_panel)
        .on(interviews::create_panel)
        .on(interviews::update_panel)
        .on(interviews::delete_panel)
        .on(applying::form)
        .on(applying::apply)
        .on(eeo::list_eeo)
        .on(eeo::list_anonymous_eeo)
        .on(surveys::find)
        .on(requisition_fields::list)
        .on(requisition_fields::get)
        .on(requisition_fields::create)
        .on(requisition_fields::update)
        .on(requisition_fields::delete)
        .on(requisition_fields::add_options)
        .on(requisition_fields::rename_options)
        .on(requisition_fields::remove_options)
        .on(requisition_writes::create)
        .on(requisition_writes::update)
        .on(requisitions::delete)
        .on(posting_writes::create)
        .on(posting_writes::update)
        .alias::<PutPosting, _, _, _>(posting_writes::update)
        .on(posting_writes::users)
        .on(people_api::create)
        .on(people_api::deactivate)
        .on(people_api::reactivate)
        .on(form_templates::list)
        .on(form_templates::get)
        .on(form_templates::create)
        .on(form_templates::update)
        .on(form_templates::delete)
        .on(uploads::create)
        .on(settings::dispositions)
        .on(profiles::list_deleted_applications)
        .on(files::list_actions)
        .on(audit::list);
    candidates::mounted(api)
}

/// The endpoints that are served: must be the catalogue, each once.
#[must_use]
pub fn catalogue(ats: &Ats) -> Vec<Info> {
    [mounted(ats.clone()).infos(), job_board::mounted(ats.clone()).infos()].concat()
}

impl Dialect for Ats {
    type Caller = Caller;
    type Refusal = Refusal;

    fn admit<'a>(&'a self, info: &'static Info, head: &'a Head) -> BoxFuture<'a, Result<Caller>> {
        Box::pin(self.admit_caller(info, &head.headers))
    }

    fn date(&self) -> Option<HeaderValue> {
        let now = jiff::Timestamp::from_millisecond(self.clock.now().0).ok()?;
        let text = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok()?;
        HeaderValue::from_str(&text).ok()
    }

    fn check(&self, info: &'static Info, query: &str) -> Result<()> {
        crate::expand::check(info, query)
    }

    fn finish<'a>(&'a self, _: &'a Caller, info: &'static Info, query: &'a str, answer: Vec<u8>) -> BoxFuture<'a, Result<Vec<u8>>> {
        Box::pin(self.view(info, query, answer))
    }

    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[("x-lever-region", "global"), ("x-stream-path", "dapi")]
    }
}
