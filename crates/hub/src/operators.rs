//! People who work with the hub, and the tenant they belong to.

use crate::Hub;
use db::{Sql, params};

/// A person to be added.
#[derive(Clone, Debug)]
pub struct NewOperator {
    /// Full name.
    pub name: String,
    /// Signs in with it.
    pub email: String,
    /// `owner`, `operator` or `viewer`.
    pub role: String,
    /// [`web::password::hash`] of their password.
    pub password_hash: String,
}

/// A signed-in person.
#[derive(Clone, Debug)]
pub struct Operator {
    /// Whose data they see.
    pub tenant: String,
    /// Their name.
    pub name: String,
    /// `owner`, `operator` or `viewer`.
    pub role: String,
}

impl Operator {
    /// Viewers look, everyone else may change things.
    pub(crate) fn may_change(&self) -> bool {
        self.role != "viewer"
    }
}

impl Hub {
    /// Adds a tenant; its id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn add_tenant(&self, name: &str) -> db::Result<String> {
        let id = uuid::Uuid::new_v4().to_string();
        let sql = "insert into tenant (id, name, created_at) values ($1, $2, $3)";
        self.db.run(sql, params![id.as_str(), name, self.clock.now().0]).await?;
        pipeline::set(&self.db, &id, "", crate::work::PRUNE, self.clock.now()).await?;
        Ok(id)
    }

    /// The first tenant there is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn first_tenant(&self) -> db::Result<Option<String>> {
        let row = self.db.row("select id from tenant order by created_at, id limit 1", vec![]).await?;
        row.map(|row| row.text("id")).transpose()
    }

    /// Adds a person.
    ///
    /// # Errors
    /// When the address is taken, or the database does not answer.
    pub async fn add_operator(&self, tenant: &str, new: &NewOperator) -> db::Result<()> {
        self.db
            .run(
                "insert into operator (tenant, id, name, email, role, password, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
                params![
                    tenant,
                    uuid::Uuid::new_v4().to_string(),
                    new.name.as_str(),
                    new.email.to_lowercase(),
                    new.role.as_str(),
                    new.password_hash.as_str(),
                    self.clock.now().0
                ],
            )
            .await
            .map(drop)
    }

    /// The id of whoever signs in with this address and password.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> db::Result<Option<String>> {
        let row = self.db.row("select id, password from operator where email = $1", params![email.trim().to_lowercase()]).await?;
        let (id, hash) = match row {
            Some(row) => (Some(row.text("id")?), Some(row.text("password")?)),
            None => (None, None),
        };
        Ok(if web::password::verify(password, hash).await { id } else { None })
    }

    pub(crate) async fn operator(&self, id: &str) -> db::Result<Option<Operator>> {
        let row = self.db.row("select tenant, name, role from operator where id = $1", params![id]).await?;
        row.map(|row| Ok(Operator { tenant: row.text("tenant")?, name: row.text("name")?, role: row.text("role")? })).transpose()
    }
}
