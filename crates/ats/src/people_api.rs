//! `/users`: the people of the account, for programs.

use crate::access::Caller;
use crate::paging::Page;
use crate::refusal::{Refusal, Result};
use crate::{Ats, people};
use db::{Clauses, Sql, params};
use lever_api::{Data, GetUser, List, ListUsers, User};
use serde_json::json;
use std::sync::Arc;

pub async fn list(ats: Ats, _: Arc<Caller>, request: ListUsers) -> Result<List<User>> {
    let query = request.query;
    let page = Page::of(&query)?;
    let mut only = Clauses::default();
    if query.include_deactivated != Some(true) {
        only.and("deactivated_at is null");
    }
    let emails: Vec<String> = query.email.iter().map(|e| e.to_lowercase()).collect();
    only.any_of("email", &emails).any_of("access_role", &query.access_role).maybe("external_directory_id =", query.external_directory_id);
    let sql = format!("select * from person{}", page.newest(&mut only)?);
    let users = ats.db.rows(&sql, only.values()).await?.iter().map(people::read).collect::<db::Result<Vec<User>>>()?;
    Ok(page.list(users, |user| vec![json!(user.created_at), json!(user.id)]))
}

pub async fn get(ats: Ats, _: Arc<Caller>, request: GetUser) -> Result<Data<User>> {
    let row = ats.db.row("select * from person where id = $1", params![request.user.as_str()]).await?;
    let row = row.ok_or_else(|| Refusal::not_found("users", request.user.as_str()))?;
    Ok(Data::new(people::read(&row)?))
}

impl Ats {
    pub(crate) async fn users_by_id(&self, ids: &[String]) -> Result<Vec<User>> {
        let mut only = Clauses::default();
        only.any_of("id", ids);
        let sql = format!("select * from person{}", only.sql());
        Ok(self.db.rows(&sql, only.values()).await?.iter().map(people::read).collect::<db::Result<_>>()?)
    }

    /// The user a write is done as; 400 for one that is not there.
    pub(crate) async fn actor(&self, user: Option<&lever_api::UserId>) -> Result<Option<String>> {
        let Some(user) = user else { return Ok(None) };
        let row = self.db.row("select id from person where id = $1", params![user.as_str()]).await?;
        row.map(|row| row.text("id")).transpose()?.map(Some).ok_or_else(|| Refusal::bad_request(format!("perform_as: there is no user {user}")))
    }
}
