//! `/findem/v1/`: Findem's API, as declared in [`findem_api`].

use super::inbound::{Filter, PAGE, limit, place};
use super::wishes::Stored as Wished;
use crate::Partners;
use crate::door::{Answer, Door, Refused};
use axum::Router;
use axum::http::StatusCode;
use endpoint::{Attachment, Nothing};
use findem_api::{
    Advance, By, Choices, DeleteApplication, ForgetApplications, GetMove, GetWish, GetWishFile, Gone, Inbound, InboundPage, Kind, Lacking,
    ListApplications, ListChoices, ListGone, ListWaiting, Move, PutApplications, PutEeoAnswers, PutFile, PutLists, PutProfile, PutResult, Reason,
    Reject, Stage, UndoMove, Waiting, Wanted, Wish,
};
use std::sync::Arc;
use web::Api;

/// So many in one call.
const AT_ONCE: usize = 500;

pub fn routes(partners: Partners) -> Router {
    Api::new(Door::new(partners, "Findem", "fd_token"))
        .on(lists)
        .on(applications)
        .on(gone)
        .on(forget)
        .on(profile)
        .on(file)
        .on(delete)
        .on(eeo)
        .on(waiting)
        .on(wish)
        .on(wish_file)
        .on(result)
        .on(list)
        .on(choices)
        .on(advance)
        .on(reject)
        .on(get_move)
        .on(undo)
        .router()
        .route("/openapi.json", axum::routing::get(|| async { axum::Json(findem_api::openapi()) }))
}

fn bad(why: impl Into<String>) -> Refused {
    Refused(StatusCode::BAD_REQUEST, why.into())
}

fn not_found(what: &str, id: &str) -> Refused {
    Refused(StatusCode::NOT_FOUND, format!("There is no {what} {id:?}."))
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 100 && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

async fn lists(door: Door, _: Arc<()>, request: PutLists) -> Answer<Nothing> {
    door.put_fd_lists(&request.body).await?;
    Ok(Nothing)
}

async fn applications(door: Door, _: Arc<()>, request: PutApplications) -> Answer<Wanted> {
    let (pass, data) = (request.body.pass, request.body.data);
    if data.len() > AT_ONCE {
        return Err(bad(format!("At most {AT_ONCE} applications in one call; these are {}.", data.len())));
    }
    if let Some(a) = data.iter().find(|a| !is_id(&a.id)) {
        return Err(bad(format!("The application {:?} needs an id of at most 100 letters, digits, - and _.", a.id)));
    }
    Ok(door.put_applications(pass, &data).await?)
}

async fn gone(door: Door, _: Arc<()>, request: ListGone) -> Answer<Gone> {
    let pass = request.pass.parse().map_err(|_| bad("A pass is named by a number."))?;
    Ok(Gone { data: door.fd_gone(pass).await? })
}

async fn forget(door: Door, _: Arc<()>, request: ForgetApplications) -> Answer<Nothing> {
    let ids = request.body.data;
    if ids.len() > AT_ONCE {
        return Err(bad(format!("At most {AT_ONCE} applications in one call; these are {}.", ids.len())));
    }
    door.forget_applications(&ids).await?;
    Ok(Nothing)
}

async fn profile(door: Door, _: Arc<()>, request: PutProfile) -> Answer<Lacking> {
    let told = request.body;
    if told.application.id != request.application || !is_id(&request.application) {
        return Err(bad("The application in the body is another than the one in the address."));
    }
    if let Some(file) = told.files.iter().find(|file| !is_id(&file.id)) {
        return Err(bad(format!("The file {:?} needs an id of at most 100 letters, digits, - and _.", file.id)));
    }
    Ok(door.put_fd_profile(&told).await?)
}

async fn file(door: Door, _: Arc<()>, request: PutFile) -> Answer<Nothing> {
    let file = request.body.files.into_iter().next().ok_or_else(|| bad("Send the file as \"file\"."))?;
    if door.keep_fd_file(&request.application, &request.file, &file).await? {
        return Ok(Nothing);
    }
    Err(not_found("file", &request.file))
}

async fn delete(door: Door, _: Arc<()>, request: DeleteApplication) -> Answer<Nothing> {
    door.forget_applications(&[request.application]).await?;
    Ok(Nothing)
}

async fn eeo(door: Door, _: Arc<()>, request: PutEeoAnswers) -> Answer<Nothing> {
    if request.body.data.len() > AT_ONCE {
        return Err(bad(format!("At most {AT_ONCE} answers in one call.")));
    }
    door.put_eeo(&request.body).await?;
    Ok(Nothing)
}

async fn waiting(door: Door, _: Arc<()>, _: ListWaiting) -> Answer<Waiting> {
    Ok(Waiting { data: door.waiting_wishes().await? })
}

async fn wish(door: Door, _: Arc<()>, request: GetWish) -> Answer<Wish> {
    door.told_wish(&request.wish).await?.ok_or_else(|| not_found("wish", &request.wish))
}

async fn wish_file(door: Door, _: Arc<()>, request: GetWishFile) -> Answer<Attachment> {
    let wish = door.told_wish(&request.wish).await?.filter(|wish| wish.kind == Kind::Export).ok_or_else(|| not_found("wish", &request.wish))?;
    let bytes = door.fd_resume(&request.wish).await?.ok_or_else(|| not_found("file", &request.wish))?;
    Ok(Attachment { name: wish.file, media_type: "application/pdf".to_owned(), bytes, ..Attachment::default() })
}

async fn result(door: Door, _: Arc<()>, request: PutResult) -> Answer<Nothing> {
    if door.came_of(&request.wish, &request.body).await? {
        return Ok(Nothing);
    }
    Err(not_found("wish", &request.wish))
}

async fn list(door: Door, _: Arc<()>, request: ListApplications) -> Answer<InboundPage> {
    let (lists, days) = (door.fd_lists(&door.db).await?, door.days(&door.db).await?);
    let query = request.query;
    let text = |text: Option<String>| text.unwrap_or_default();
    let filter = Filter { stage: text(query.stage), job: text(query.job), after: text(query.after), ..Filter::default() };
    let mut found = door.inbound(&lists, &days, &filter, false).await?;
    let is_more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| is_more).map(place);
    let inbound = |stored: super::applications::Stored| {
        let limit = limit(&lists, &days, &stored);
        Inbound { application: stored.a, due_at: limit.map(|(until, _)| until.0), overdue: limit.is_some_and(|(_, left)| left < 0) }
    };
    Ok(InboundPage { data: found.into_iter().map(inbound).collect(), next })
}

async fn choices(door: Door, _: Arc<()>, _: ListChoices) -> Answer<Choices> {
    let lists = door.fd_lists(&door.db).await?;
    let stages = lists.onward().map(|stage| Stage { id: stage.id.clone(), name: stage.name.clone() }).collect();
    let reason = |r: &super::lists::Reason| Reason { id: r.id.clone(), name: r.name.clone(), hired: r.hired, active: r.active };
    Ok(Choices { stages, reasons: lists.rejecting().map(reason).collect() })
}

/// Takes down what a program wants, as a person would by a click.
async fn want(door: &Door, application: &str, kind: Kind, to: &str) -> Answer<Move> {
    let by = By { name: "The API".to_owned(), email: String::new() };
    let batch = door.decide_about(&by, &[application.to_owned()], kind, to, false, false).await?.map_err(bad)?;
    let wish = door.batch(&batch, false).await?.into_iter().next().ok_or_else(|| not_found("application", application))?;
    Ok(printed(wish))
}

fn printed(wish: Wished) -> Move {
    Move { id: wish.id, state: wish.state.name().to_owned(), why: wish.why, due_at: wish.due_at.0 }
}

async fn advance(door: Door, _: Arc<()>, request: Advance) -> Answer<Move> {
    want(&door, &request.application, Kind::Advance, &request.body.stage).await
}

async fn reject(door: Door, _: Arc<()>, request: Reject) -> Answer<Move> {
    want(&door, &request.application, Kind::Reject, &request.body.reason).await
}

async fn get_move(door: Door, _: Arc<()>, request: GetMove) -> Answer<Move> {
    let wish = door.fd_wish(&door.db, &request.id).await?.filter(|wish| !wish.confidential);
    wish.map(printed).ok_or_else(|| not_found("move", &request.id))
}

async fn undo(door: Door, _: Arc<()>, request: UndoMove) -> Answer<Move> {
    let none = || not_found("move", &request.id);
    door.fd_wish(&door.db, &request.id).await?.ok_or_else(none)?;
    if !door.undo_wish(&request.id).await? {
        return Err(Refused(StatusCode::CONFLICT, "It has been sent already, or was undone before.".to_owned()));
    }
    Ok(printed(door.fd_wish(&door.db, &request.id).await?.ok_or_else(none)?))
}
