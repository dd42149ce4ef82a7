//! `/users`: the people of the account, for programs.

use crate::access::Caller;
use crate::paging::Page;
use crate::refusal::{Refusal, Result, short};
use crate::{Ats, people};
use db::{Clauses, Sql, params};
use lever_api::{CreateUser, Data, DeactivateUser, GetUser, List, ListUsers, ReactivateUser, UpdateUser, User, UserChange};
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

pub async fn create(ats: Ats, _: Arc<Caller>, request: CreateUser) -> Result<Data<User>> {
    let new = UserChange { access_role: request.body.access_role.clone().or_else(|| Some("interviewer".to_owned())), ..request.body };
    let (values, email) = ats.checked_user(new).await?;
    let id = uuid::Uuid::new_v4().to_string();
    let sql = format!(
        "insert into person (name, email, username, access_role, external_directory_id, job_title, manager_id, id, created_at) values {}",
        db::values(1, 9)
    );
    let values = values.into_iter().chain(params![id.as_str(), ats.clock.now().0]).collect();
    match ats.db.run(&sql, values).await {
        Err(e) if e.is_duplicate() => return Err(taken(&email)),
        other => other?,
    };
    ats.audit(&ats.db, "user:added", None, &id, &email).await?;
    ats.committed();
    ats.user(&id).await
}

pub async fn deactivate(ats: Ats, _: Arc<Caller>, request: DeactivateUser) -> Result<Data<User>> {
    let id = request.user.as_str();
    let user = ats.user(id).await?.data;
    if user.deactivated_at.is_none() {
        ats.set_active(id, false, None).await?;
        ats.committed();
    }
    ats.user(id).await
}

pub async fn reactivate(ats: Ats, _: Arc<Caller>, request: ReactivateUser) -> Result<Data<User>> {
    ats.user(request.user.as_str()).await?;
    ats.set_active(request.user.as_str(), true, None).await?;
    ats.committed();
    ats.user(request.user.as_str()).await
}

fn taken(email: &str) -> Refusal {
    Refusal::bad_request(format!("email: {email} belongs to somebody else"))
}

pub async fn update(ats: Ats, _: Arc<Caller>, request: UpdateUser) -> Result<Data<User>> {
    let user = ats.user(request.user.as_str()).await?.data;
    let role = ats.role(request.body.access_role.as_deref().unwrap_or_default()).await?;
    let (mut values, email) = ats.checked_user(request.body).await?;
    let tx = ats.db.begin().await?;
    if role.as_ref().is_some_and(|role| role.id != people::SUPER_ADMIN) {
        ats.leaves_a_super_admin(&tx, &user.id).await?;
    }
    let sql = "update person set name = $1, email = $2, username = $3, access_role = $4, external_directory_id = $5, job_title = $6, manager_id = $7 where id = $8";
    values.push(request.user.as_str().into());
    match tx.run(sql, values).await {
        Ok(0) => return Err(Refusal::not_found("users", request.user.as_str())),
        Err(e) if e.is_duplicate() => return Err(taken(&email)),
        other => other?,
    };
    if let Some(role) = role.filter(|role| role.id != user.access_role) {
        ats.role_changed(&tx, &User { email, ..user }, &role, None).await?;
    }
    tx.commit().await?;
    // Whoever may do less from now on signs in anew.
    ats.lobby.sessions.end_all_of(request.user.as_str()).await?;
    ats.committed();
    ats.user(request.user.as_str()).await
}

impl Ats {
    async fn user(&self, id: &str) -> Result<Data<User>> {
        self.users_by_id(&[id.to_owned()]).await?.pop().map(Data::new).ok_or_else(|| Refusal::not_found("users", id))
    }

    /// What is stored of a user as they are to be, in the order of the statements above; and their address.
    async fn checked_user(&self, new: UserChange) -> Result<(Vec<db::Value>, String)> {
        let missing = |name: &str| Refusal::bad_request(format!("Missing required parameter: {name}"));
        let name = new.name.filter(|name| !name.trim().is_empty()).ok_or_else(|| missing("name"))?;
        let email = new.email.filter(|email| email.contains('@')).ok_or_else(|| missing("email"))?.trim().to_lowercase();
        short("email", [&email])?;
        short("externalDirectoryId", &new.external_directory_id)?;
        let role = new.access_role.ok_or_else(|| missing("accessRole"))?;
        if self.role(&role).await?.is_none() {
            let known = people::ROLES.map(|(known, ..)| known).join(", ");
            return Err(Refusal::bad_request(format!("accessRole must be one of {known}, or the id of a role of your own")));
        }
        if let Some(manager) = &new.manager_id
            && self.users_by_id(&[manager.to_string()]).await?.is_empty()
        {
            return Err(Refusal::bad_request(format!("managerId: there is no user {manager}")));
        }
        let username = email.split('@').next().unwrap_or_default().replace('.', "");
        let manager = new.manager_id.map(|id| id.to_string());
        Ok((params![name.trim(), email.as_str(), username, role, new.external_directory_id, new.job_title, manager], email))
    }

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
