//! `/users`: the people of the account, for programs.

use crate::access::Caller;
use crate::paging::Page;
use crate::refusal::{Refusal, Result};
use crate::{Ats, people};
use db::{Clauses, Sql, params};
use lever_api::{Data, GetUser, List, ListUsers, UpdateUser, User};
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

pub async fn update(ats: Ats, _: Arc<Caller>, request: UpdateUser) -> Result<Data<User>> {
    let new = request.body;
    let missing = |name: &str| Refusal::bad_request(format!("Missing required parameter: {name}"));
    let name = new.name.filter(|name| !name.trim().is_empty()).ok_or_else(|| missing("name"))?;
    let email = new.email.filter(|email| email.contains('@')).ok_or_else(|| missing("email"))?.trim().to_lowercase();
    let role = new.access_role.ok_or_else(|| missing("accessRole"))?;
    if !people::ROLES.iter().any(|(known, ..)| *known == role) {
        let known = people::ROLES.map(|(known, ..)| known).join(", ");
        return Err(Refusal::bad_request(format!("accessRole must be one of {known}")));
    }
    if let Some(manager) = &new.manager_id
        && ats.users_by_id(&[manager.to_string()]).await?.is_empty()
    {
        return Err(Refusal::bad_request(format!("managerId: there is no user {manager}")));
    }
    let sql = "update person set name = $1, email = $2, username = $3, access_role = $4, external_directory_id = $5, job_title = $6, manager_id = $7 where id = $8";
    let username = email.split('@').next().unwrap_or_default().replace('.', "");
    let manager = new.manager_id.map(|id| id.to_string());
    let values =
        params![name.trim(), email.as_str(), username, role.as_str(), new.external_directory_id, new.job_title, manager, request.user.as_str()];
    match ats.db.run(sql, values).await {
        Ok(0) => return Err(Refusal::not_found("users", request.user.as_str())),
        Err(e) if e.is_duplicate() => return Err(Refusal::bad_request(format!("email: {email} belongs to somebody else"))),
        other => other?,
    };
    // Whoever may do less from now on signs in anew.
    ats.lobby.sessions.end_all_of(request.user.as_str()).await?;
    ats.committed();
    let user = ats.users_by_id(&[request.user.to_string()]).await?.pop();
    user.map(Data::new).ok_or_else(|| Refusal::not_found("users", request.user.as_str()))
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
