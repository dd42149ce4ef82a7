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

/// The roles, and what each may do.
pub const ROLES: [(&str, &str); 3] =
    [("owner", "everything, people included"), ("operator", "connect, change settings, mend, import"), ("viewer", "look at everything")];

/// A person as listed.
pub struct Listed {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Signs in with it.
    pub email: String,
    /// One of [`ROLES`].
    pub role: String,
}

impl Operator {
    /// Whether they may add people.
    pub(crate) fn is_owner(&self) -> bool {
        self.role == "owner"
    }

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

    /// Everybody, by name.
    pub(crate) async fn operators(&self, tenant: &str) -> db::Result<Vec<Listed>> {
        let sql = "select id, name, email, role from operator where tenant = $1 order by name, id";
        let read = |row: &db::Row| Ok(Listed { id: row.text("id")?, name: row.text("name")?, email: row.text("email")?, role: row.text("role")? });
        self.db.rows(sql, params![tenant]).await?.iter().map(read).collect()
    }

    /// Adds a person at somebody's word.
    pub(crate) async fn add_operator_by(&self, tenant: &str, new: &NewOperator, by: &str) -> db::Result<()> {
        self.add_operator(tenant, new).await?;
        self.audit(&self.db, tenant, by, "person: added", &format!("{} was added as {}.", new.name, new.role)).await
    }

    /// Changes what somebody may do.
    pub(crate) async fn change_role(&self, tenant: &str, id: &str, role: &str, by: &str) -> db::Result<()> {
        let tx = self.db.begin().await?;
        let row = tx.row("update operator set role = $1 where tenant = $2 and id = $3 returning name", params![role, tenant, id]).await?;
        if let Some(row) = row {
            self.audit(&tx, tenant, by, "person: role", &format!("{} is {role} now.", row.text("name")?)).await?;
        }
        tx.commit().await
    }

    /// Takes somebody away; whoever they are signed in as finds the door closed.
    pub(crate) async fn remove_operator(&self, tenant: &str, id: &str, by: &str) -> db::Result<()> {
        let tx = self.db.begin().await?;
        let row = tx.row("delete from operator where tenant = $1 and id = $2 returning name", params![tenant, id]).await?;
        if let Some(row) = row {
            self.audit(&tx, tenant, by, "person: removed", &format!("{} was removed.", row.text("name")?)).await?;
        }
        tx.commit().await
    }

    /// Changes somebody's own password; false, if the old one is another.
    pub(crate) async fn change_password(&self, id: &str, old: &str, new: &str) -> db::Result<bool> {
        let row = self.db.row("select tenant, name, password from operator where id = $1", params![id]).await?;
        let Some(row) = row else { return Ok(false) };
        if !web::password::verify(old, Some(row.text("password")?)).await {
            return Ok(false);
        }
        let hash = web::password::hash(new).await;
        let tx = self.db.begin().await?;
        tx.run("update operator set password = $1 where id = $2", params![hash, id]).await?;
        let (tenant, name) = (row.text("tenant")?, row.text("name")?);
        self.audit(&tx, &tenant, &name, "person: password", &format!("{name} changed their password.")).await?;
        tx.commit().await?;
        Ok(true)
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
