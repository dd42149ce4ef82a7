//! Answers: text as a form, recordings in pieces that survive a lost connection. Who holds the private link may answer.

use super::candidate::open;
use super::interviews::{Interview, State};
use super::kits::{Kind, Question};
use super::recordings::{LONGEST, LONGEST_PIECE, media_type};
use crate::Partners;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Query, Request, State as Of};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use db::{Row, Sql, params};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{Fields, Problem, see_other};

pub fn routes() -> Router<Partners> {
    Router::new()
        .route("/jobma/i/{token}/answers/{question}", post(write))
        .route("/jobma/i/{token}/answers/{question}/keep", post(keep))
        .route("/jobma/i/{token}/answers/{question}/file", post(file).layer(DefaultBodyLimit::disable()))
        .route("/jobma/i/{token}/answers/{question}/{take}", get(progress).post(finish).delete(begin_anew))
        .route("/jobma/i/{token}/answers/{question}/{take}/{piece}", put(piece).layer(DefaultBodyLimit::max(LONGEST_PIECE)))
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub id: String,
    pub question: String,
    pub take: i64,
    pub kind: Kind,
    /// What was written or chosen.
    pub body: String,
    pub media_type: String,
    pub bytes: i64,
    pub pieces: i64,
    /// It is recorded to its end.
    pub complete: bool,
    /// The candidate wants this one.
    pub kept: bool,
}

fn read(row: &Row) -> db::Result<Answer> {
    Ok(Answer {
        id: row.text("id")?,
        question: row.text("question")?,
        take: row.int("take")?,
        kind: Kind::read(&row.text("kind")?).unwrap_or(Kind::Essay),
        body: row.text("body")?,
        media_type: row.text("media_type")?,
        bytes: row.int("bytes")?,
        pieces: row.int("pieces")?,
        complete: row.get("complete")?,
        kept: row.get("kept")?,
    })
}

/// The longest text. Characters.
pub const LONGEST_TEXT: usize = 50_000;

impl Partners {
    /// Every take of every question.
    pub(crate) async fn answers(&self, db: &impl Sql, interview: &str) -> db::Result<Vec<Answer>> {
        db.rows("select * from jm_answer where interview = $1 order by at, id", params![interview]).await?.iter().map(read).collect()
    }

    /// One take, begun if it is not there yet.
    async fn take(&self, interview: &Interview, question: &Question, take: i64) -> db::Result<Answer> {
        let sql = "insert into jm_answer (id, interview, question, take, kind, body, media_type, bytes, pieces, complete, kept, at) \
                   values ($1, $2, $3, $4, $5, '', '', 0, 0, $6, $6, $7) on conflict (interview, question, take) do nothing";
        let (id, now) = (pipeline::fresh_id(self.clock.now()), self.clock.now().0);
        self.db.run(sql, params![id, interview.id.as_str(), question.id.as_str(), take, question.kind.name(), false, now]).await?;
        let sql = "select * from jm_answer where interview = $1 and question = $2 and take = $3";
        let row = self.db.row(sql, params![interview.id.as_str(), question.id.as_str(), take]).await?;
        row.map(|row| read(&row)).transpose()?.ok_or_else(|| db::Error::new("an answer that was begun is gone"))
    }
}

/// The interview behind a link that is being held, and one of its questions.
async fn asked(partners: &Partners, token: &str, question: &str) -> Result<(Interview, Question), Problem> {
    let interview = open(partners, token).await?;
    if interview.state != State::Started {
        return Err(Problem::bad_request("The interview has not begun yet.").way_on("To the interview", format!("/jobma/i/{token}")));
    }
    let question = interview.questions.iter().find(|q| q.id == question).cloned().ok_or_else(Problem::not_found)?;
    Ok((interview, question))
}

fn back(why: impl Into<String>, token: &str) -> Problem {
    Problem::bad_request(why).way_on("Back to the interview", format!("/jobma/i/{token}"))
}

/// A written answer, or a chosen one.
async fn write(Of(partners): Of<Partners>, Path((token, question)): Path<(String, String)>, fields: Fields) -> Result<Response, Problem> {
    let (interview, q) = asked(&partners, &token, &question).await?;
    let body = fields.get("body");
    if q.kind.is_recorded() || body.is_empty() || body.chars().count() > LONGEST_TEXT {
        return Err(back(format!("An answer has 1 to {LONGEST_TEXT} characters."), &token));
    }
    if q.kind == Kind::Choice && !q.options.iter().any(|option| option == body) {
        return Err(back("Choose one of the answers.", &token));
    }
    let answer = partners.take(&interview, &q, 1).await?;
    let sql = "update jm_answer set body = $1, complete = $2, kept = $2 where id = $3 and not kept";
    if partners.db.run(sql, params![body, true, answer.id.as_str()]).await? == 0 {
        return Err(back("This question is answered already.", &token));
    }
    Ok(see_other(&format!("/jobma/i/{token}")))
}

/// A refusal for the page's script.
fn no(status: StatusCode, why: &str, next: i64) -> Response {
    (status, Json(json!({ "why": why, "next": next }))).into_response()
}

fn took(answer: &Answer) -> Json<Value> {
    Json(json!({ "next": answer.pieces, "bytes": answer.bytes, "complete": answer.complete }))
}

/// How far a take has come: where a recording goes on after the connection was lost.
async fn progress(Of(partners): Of<Partners>, Path((token, question, take)): Path<(String, String, i64)>) -> Result<Response, Problem> {
    let (interview, q) = asked(&partners, &token, &question).await?;
    let there = partners.answers(&partners.db, &interview.id).await?.into_iter().find(|a| a.question == q.id && a.take == take);
    Ok(there.map_or_else(|| Json(json!({ "next": 0, "bytes": 0, "complete": false })).into_response(), |a| took(&a).into_response()))
}

/// A take is recorded, or recorded anew after it broke off: pieces of two recordings do not fit together, so each has a name of its own.
async fn begin_anew(Of(partners): Of<Partners>, Path((token, question, take)): Path<(String, String, i64)>) -> Result<Response, Problem> {
    let (interview, q) = asked(&partners, &token, &question).await?;
    if !q.kind.is_recorded() || !(1..=q.takes).contains(&take) {
        return Ok(no(StatusCode::CONFLICT, "There is no such take.", 0));
    }
    partners.drop_broken(&interview, &q, take).await?;
    let answer = partners.take(&interview, &q, take).await?;
    Ok(Json(json!({ "recording": answer.id, "next": answer.pieces, "bytes": answer.bytes, "complete": answer.complete })).into_response())
}

/// Which recording of a take a piece belongs to; empty: whichever there is.
#[derive(Deserialize)]
struct Which {
    #[serde(default)]
    recording: String,
}

impl Which {
    /// What to answer if this is another one.
    fn is_not(&self, answer: &Answer) -> Option<Response> {
        let is_it = self.recording.is_empty() || self.recording == answer.id;
        (!is_it).then(|| no(StatusCode::GONE, "This answer was begun anew in another window. Load the page again.", 0))
    }
}

/// One piece of a recording. Sent twice, it counts once.
async fn piece(
    Of(partners): Of<Partners>,
    Path((token, question, take, n)): Path<(String, String, i64, i64)>,
    Query(which): Query<Which>,
    request: Request,
) -> Result<Response, Problem> {
    // First whose it is: nothing is read for whoever has no link.
    let (interview, q) = asked(&partners, &token, &question).await?;
    let Ok(body) = Bytes::from_request(request, &()).await else { return Ok(no(StatusCode::PAYLOAD_TOO_LARGE, "A piece has at most 16 MiB.", n)) };
    if !q.kind.is_recorded() || !(1..=q.takes).contains(&take) {
        return Ok(no(StatusCode::CONFLICT, "There is no such take.", 0));
    }
    let answer = partners.take(&interview, &q, take).await?;
    if let Some(gone) = which.is_not(&answer) {
        return Ok(gone);
    }
    if answer.complete || n < answer.pieces {
        return Ok(took(&answer).into_response());
    }
    if n > answer.pieces {
        return Ok(no(StatusCode::CONFLICT, "A piece before this one is missing.", answer.pieces));
    }
    match partners.add_piece(&interview, &q, &answer, &body).await? {
        Ok(answer) => Ok(took(&answer).into_response()),
        Err((status, why)) => Ok(no(status, why, answer.pieces)),
    }
}

impl Partners {
    /// Forgets a take that was never finished.
    async fn drop_broken(&self, interview: &Interview, q: &Question, take: i64) -> db::Result<()> {
        let answers = self.answers(&self.db, &interview.id).await?;
        for broken in answers.iter().filter(|a| a.question == q.id && a.take == take && !a.complete) {
            self.db.run("delete from jm_answer where id = $1 and not complete", params![broken.id.as_str()]).await?;
            if let Err(e) = self.recordings.discard(&interview.id, &broken.id).await {
                tracing::error!(error = %e, "a take that broke off could not be removed");
            }
        }
        Ok(())
    }

    /// Keeps the next piece of a take; or why not.
    async fn add_piece(
        &self,
        interview: &Interview,
        q: &Question,
        answer: &Answer,
        piece: &[u8],
    ) -> db::Result<Result<Answer, (StatusCode, &'static str)>> {
        if piece.is_empty() {
            return Ok(Err((StatusCode::BAD_REQUEST, "A piece is not empty.")));
        }
        let bytes = answer.bytes + i64::try_from(piece.len()).unwrap_or(LONGEST);
        if bytes > LONGEST {
            return Ok(Err((StatusCode::PAYLOAD_TOO_LARGE, "A recording has at most 1 GiB.")));
        }
        let media = match (answer.pieces, media_type(piece, q.kind == Kind::Video)) {
            (0, None) => return Ok(Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "This is no recording: WebM, MP4 and Ogg are taken."))),
            (0, Some(media)) => media,
            _ => answer.media_type.as_str(),
        };
        if let Err(e) = self.recordings.keep(&interview.id, &answer.id, answer.pieces, piece).await {
            tracing::error!(error = %e, "a piece of a recording could not be kept");
            return Ok(Err((StatusCode::SERVICE_UNAVAILABLE, "It could not be kept. Try again.")));
        }
        let sql = "update jm_answer set pieces = pieces + 1, bytes = $1, media_type = $2 where id = $3 and pieces = $4";
        if self.db.run(sql, params![bytes, media, answer.id.as_str(), answer.pieces]).await? == 0 {
            // The same piece was sent twice at once, and the other was counted: it is the same file.
            let there = self.answers(&self.db, &interview.id).await?.into_iter().find(|there| there.id == answer.id);
            if let Some(there) = there.filter(|there| there.pieces > answer.pieces) {
                return Ok(Ok(there));
            }
            // The take was begun anew elsewhere, or the interview is forgotten: this belongs to nothing any more.
            let _ = self.recordings.discard(&interview.id, &answer.id).await;
            return Ok(Err((StatusCode::GONE, "This take was begun anew in another window. Load the page again.")));
        }
        Ok(Ok(Answer { pieces: answer.pieces + 1, bytes, media_type: media.to_owned(), ..answer.clone() }))
    }
}

/// A take is recorded to its end.
async fn finish(
    Of(partners): Of<Partners>,
    Path((token, question, take)): Path<(String, String, i64)>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let (interview, q) = asked(&partners, &token, &question).await?;
    let there = partners.answers(&partners.db, &interview.id).await?.into_iter().find(|a| a.question == q.id && a.take == take);
    if let Some(gone) = there.and_then(|answer| which.is_not(&answer)) {
        return Ok(gone);
    }
    let sql = "update jm_answer set complete = $1 where interview = $2 and question = $3 and take = $4 and pieces > 0";
    if partners.db.run(sql, params![true, interview.id.as_str(), q.id.as_str(), take]).await? == 0 {
        return Ok(no(StatusCode::CONFLICT, "Nothing was recorded.", 0));
    }
    Ok(Json(json!({ "complete": true })).into_response())
}

/// The candidate wants the last take; the others are forgotten.
async fn keep(Of(partners): Of<Partners>, Path((token, question)): Path<(String, String)>) -> Result<Response, Problem> {
    let (interview, q) = asked(&partners, &token, &question).await?;
    let takes: Vec<Answer> = partners.answers(&partners.db, &interview.id).await?.into_iter().filter(|a| a.question == q.id).collect();
    let Some(last) = takes.iter().filter(|a| a.complete).max_by_key(|a| a.take) else { return Err(back("Nothing was recorded yet.", &token)) };
    partners.db.run("update jm_answer set kept = $1 where id = $2", params![true, last.id.as_str()]).await?;
    for other in takes.iter().filter(|a| a.id != last.id && !a.kept) {
        partners.db.run("delete from jm_answer where id = $1", params![other.id.as_str()]).await?;
        if let Err(e) = partners.recordings.discard(&interview.id, &other.id).await {
            tracing::error!(error = %e, "a take nobody wants could not be removed");
        }
    }
    Ok(see_other(&format!("/jobma/i/{token}")))
}

/// A recording made elsewhere, as one file: for browsers that cannot record.
async fn file(
    Of(partners): Of<Partners>,
    Path((token, question)): Path<(String, String)>,
    headers: HeaderMap,
    mut form: Multipart,
) -> Result<Response, Problem> {
    let (interview, q) = asked(&partners, &token, &question).await?;
    if !q.kind.is_recorded() {
        return Err(back("This question is answered in words.", &token));
    }
    let length = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<i64>().ok()).unwrap_or(0);
    if length > LONGEST {
        return Err(back("A recording has at most 1 GiB.", &token));
    }
    let used =
        partners.answers(&partners.db, &interview.id).await?.iter().filter(|a| a.question == q.id && a.complete).map(|a| a.take).max().unwrap_or(0);
    if used >= q.takes {
        return Err(back("Every take of this question is used.", &token));
    }
    let cut = |_| back("The file was cut off on its way. Try again.", &token);
    partners.drop_broken(&interview, &q, used + 1).await?;
    let mut answer = partners.take(&interview, &q, used + 1).await?;
    let mut piece = Vec::new();
    while let Some(mut field) = form.next_field().await.map_err(cut)? {
        if field.name() != Some("file") {
            continue;
        }
        while let Some(chunk) = field.chunk().await.map_err(cut)? {
            piece.extend_from_slice(&chunk);
            if piece.len() >= LONGEST_PIECE / 2 {
                answer = partners.add_piece(&interview, &q, &answer, &std::mem::take(&mut piece)).await?.map_err(|(_, why)| back(why, &token))?;
            }
        }
    }
    if !piece.is_empty() {
        answer = partners.add_piece(&interview, &q, &answer, &piece).await?.map_err(|(_, why)| back(why, &token))?;
    }
    if answer.pieces == 0 {
        return Err(back("Choose a file first.", &token));
    }
    partners.db.run("update jm_answer set complete = $1 where id = $2", params![true, answer.id.as_str()]).await?;
    Ok(see_other(&format!("/jobma/i/{token}")))
}
