//! Notes on an opportunity.

use crate::Ats;
use crate::access::Caller;
use crate::paging::Page;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use db::{Clauses, Row, Sql, params};
use endpoint::Nothing;
use lever_api::{ChangedNote, Comment, CreateNote, Data, DeleteNote, GetNote, List, ListNotes, Note, Opportunity, Rest, UpdateNote, reference};
use serde_json::json;
use std::sync::Arc;

pub async fn list(ats: Ats, caller: Arc<Caller>, request: ListNotes) -> Result<List<Note>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let page = Page::of(&request.query)?;
    let mut only = Clauses::default();
    only.is("opportunity_id =", opportunity.id);
    let sql = format!("select * from note{}", page.newest(&mut only)?);
    let notes = ats.db.rows(&sql, only.values()).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(page.list(notes, |note| vec![json!(note.created_at), json!(note.id)]))
}

pub async fn get(ats: Ats, caller: Arc<Caller>, request: GetNote) -> Result<Data<Note>> {
    ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let sql = "select * from note where id = $1 and opportunity_id = $2";
    let row = ats.db.row(sql, params![request.note.as_str(), request.opportunity.as_str()]).await?;
    row.map(|row| read(&row)).transpose()?.map(Data::new).ok_or_else(|| Refusal::not_found("notes", request.note.as_str()))
}

pub async fn create(ats: Ats, caller: Arc<Caller>, request: CreateNote) -> Result<Data<Note>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let value = request.body.value.filter(|v| !v.trim().is_empty()).ok_or_else(|| Refusal::bad_request("Missing required parameter: value"))?;
    if request.body.score.is_some_and(|score| !(1..=4).contains(&score)) {
        return Err(Refusal::bad_request("score must be a whole number from 1 to 4"));
    }
    let actor = ats.actor(request.query.perform_as.as_ref()).await?;
    let thread = request.query.note_id.as_ref().map(|id| id.as_str());
    let secret = request.body.secret.unwrap_or(false);
    let comment = NewComment { thread, by: actor.as_deref(), value: &value, secret, score: request.body.score, at: request.body.created_at };
    let mut note = ats.write_note(&opportunity, comment).await?;
    note.rest.insert("noteId".into(), json!(note.id));
    Ok(Data::new(note))
}

pub async fn update(ats: Ats, caller: Arc<Caller>, request: UpdateNote) -> Result<Data<ChangedNote>> {
    let opportunity = ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let values = request.body.values;
    if values.is_empty() || values.iter().any(|value| value.value.trim().is_empty()) {
        return Err(Refusal::bad_request("Missing required parameter: values"));
    }
    if values.iter().any(|value| value.score.is_some_and(|score| !(1..=4).contains(&score))) {
        return Err(Refusal::bad_request("score must be a whole number from 1 to 4"));
    }
    let now = ats.clock.now().0;
    let tx = ats.db.begin().await?;
    ats.locked_to_add(&tx, &opportunity.id).await?;
    let sql = "select fields from note where id = $1 and opportunity_id = $2";
    let row = tx.row(sql, params![request.note.as_str(), opportunity.id.as_str()]).await?;
    let before: Vec<Comment> = match row {
        Some(row) => row.held("fields")?,
        None => return Err(Refusal::not_found("notes", request.note.as_str())),
    };
    let secret = values.iter().any(|value| value.secret == Some(true));
    let comment = |(n, value): (usize, lever_api::NoteValue)| {
        let old = before.get(n);
        Comment {
            kind: "note".to_owned(),
            text: "Comment".to_owned(),
            value: value.value,
            created_at: value.created_at.or(old.map(|old| old.created_at)).unwrap_or(now),
            user: value.user.or(old.and_then(|old| old.user.clone())),
            score: value.score,
            stage: old.map_or_else(|| reference(&opportunity.stage).map(str::to_owned), |old| old.stage.clone()),
        }
    };
    let comments: Vec<Comment> = values.into_iter().enumerate().map(comment).collect();
    tx.run("update note set fields = $1, secret = $2 where id = $3", params![text_of(&comments), secret, request.note.as_str()]).await?;
    tx.run("update opportunity set last_interaction_at = $1, updated_at = $1 where id = $2", params![now, opportunity.id.as_str()]).await?;
    tx.commit().await?;
    ats.committed();
    Ok(Data::new(ChangedNote { note_id: request.note.to_string() }))
}

pub async fn delete(ats: Ats, caller: Arc<Caller>, request: DeleteNote) -> Result<Nothing> {
    ats.opportunity(request.opportunity.as_str(), &caller).await?;
    let sql = "delete from note where id = $1 and opportunity_id = $2";
    match ats.db.run(sql, params![request.note.as_str(), request.opportunity.as_str()]).await? {
        0 => Err(Refusal::not_found("notes", request.note.as_str())),
        _ => Ok(Nothing),
    }
}

fn read(row: &Row) -> db::Result<Note> {
    let created_at = row.int("created_at")?;
    Ok(Note {
        id: row.text("id")?,
        text: "Note".to_owned(),
        fields: row.held("fields")?,
        user: json!(row.get::<Option<String>>("person")?),
        secret: row.get("secret")?,
        completed_at: Some(created_at),
        created_at,
        deleted_at: None,
        rest: Rest::new(),
    })
}

/// What is to be written.
#[derive(Clone, Copy, Default)]
pub struct NewComment<'a> {
    /// The note it belongs under; a note of its own, if absent.
    pub thread: Option<&'a str>,
    /// The author.
    pub by: Option<&'a str>,
    pub value: &'a str,
    /// Only for people with the right to see secret notes.
    pub secret: bool,
    /// 1 to 4.
    pub score: Option<i64>,
    /// When, ms; now, if absent.
    pub at: Option<i64>,
}

impl Ats {
    /// Writes a note, or a comment under one there is; either is an interaction with the candidate.
    pub(crate) async fn write_note(&self, opportunity: &Opportunity, new: NewComment<'_>) -> Result<Note> {
        let now = self.clock.now().0;
        let at = new.at.unwrap_or(now);
        if at > now {
            return Err(Refusal::bad_request("createdAt must not be in the future"));
        }
        let comment = Comment {
            kind: "note".to_owned(),
            text: "Comment".to_owned(),
            value: new.value.to_owned(),
            created_at: at,
            user: new.by.map(str::to_owned),
            score: new.score,
            stage: reference(&opportunity.stage).map(str::to_owned),
        };
        let tx = self.db.begin().await?;
        self.locked_to_add(&tx, &opportunity.id).await?;
        let id = match new.thread {
            Some(thread) => {
                let sql = "select fields, secret from note where id = $1 and opportunity_id = $2";
                let row = tx.row(sql, params![thread, opportunity.id.as_str()]).await?.ok_or_else(|| Refusal::not_found("notes", thread))?;
                if new.secret && !row.get::<bool>("secret")? {
                    return Err(Refusal::bad_request("secret: the note it belongs under is not secret"));
                }
                let mut comments: Vec<Comment> = row.held("fields")?;
                comments.push(comment);
                tx.run("update note set fields = $1 where id = $2", params![text_of(&comments), thread]).await?;
                thread.to_owned()
            }
            None => {
                let id = uuid::Uuid::new_v4().to_string();
                let sql = "insert into note (id, opportunity_id, person, secret, fields, created_at) values ($1, $2, $3, $4, $5, $6)";
                tx.run(sql, params![id.as_str(), opportunity.id.as_str(), new.by, new.secret, text_of(&[comment]), at]).await?;
                id
            }
        };
        tx.run("update opportunity set last_interaction_at = $1, updated_at = $1 where id = $2", params![now, opportunity.id.as_str()]).await?;
        let row = tx.row("select * from note where id = $1", params![id]).await?;
        tx.commit().await?;
        self.committed();
        Ok(row.map(|row| read(&row)).transpose()?.unwrap_or_default())
    }

    /// Newest first.
    pub(crate) async fn notes_of(&self, opportunity: &str) -> db::Result<Vec<Note>> {
        let sql = "select * from note where opportunity_id = $1 order by created_at desc, id limit 200";
        self.db.rows(sql, params![opportunity]).await?.iter().map(read).collect()
    }
}
