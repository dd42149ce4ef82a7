//! The people who work in the account: roles, rights, signing in.

use crate::Ats;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use crate::sensitive::Sensitive;
use db::{Row, Sql, Tx, params};
use lever_api::{Rest, User};

/// What a role allows, in the words of Lever's permission list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Enable integrations, make API keys and webhooks, authorise applications.
    ManageIntegrations,
    /// Locations, departments and teams.
    ManageCompany,
    /// Write, publish and close postings.
    ManagePostings,
    /// Add and remove users whose role allows less than one's own, and change their roles.
    ManageUsers,
    /// Work with the profiles one may see, and see what integrations write there.
    ManageProfiles,
    /// Every candidate, not only those one was given access to.
    SeeAllCandidates,
    /// Take candidates out of all lists, and the person out of candidates.
    EraseCandidates,
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ManageIntegrations,
        Self::ManageCompany,
        Self::ManagePostings,
        Self::ManageUsers,
        Self::ManageProfiles,
        Self::SeeAllCandidates,
        Self::EraseCandidates,
    ];

    /// The words of the permission list.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ManageIntegrations => "Manage API credentials and manage integrations",
            Self::ManageCompany => "Manage company settings",
            Self::ManagePostings => "Manage postings",
            Self::ManageUsers => "Manage users",
            Self::ManageProfiles => "Manage profiles and view associated postings",
            Self::SeeAllCandidates => "View all candidates",
            Self::EraseCandidates => "Delete and anonymize candidates",
        }
    }
}

/// Who may do and see everything.
pub const SUPER_ADMIN: &str = "super admin";

/// The built-in roles, most to least access, with what they allow. They cannot be edited.
pub const ROLES: [(&str, &str, &[Right]); 5] = [
    (SUPER_ADMIN, "Super Admin", &Right::ALL),
    (
        "admin",
        "Admin",
        &[Right::ManageCompany, Right::ManagePostings, Right::ManageUsers, Right::ManageProfiles, Right::SeeAllCandidates, Right::EraseCandidates],
    ),
    ("team member", "Team Member", &[Right::ManageUsers, Right::ManageProfiles, Right::SeeAllCandidates]),
    ("limited team member", "Limited Team Member", &[Right::ManageProfiles]),
    ("interviewer", "Interviewer", &[]),
];

/// A signed-in user with their rights.
#[derive(Clone, Debug)]
pub struct Person {
    /// The user.
    pub user: User,
    /// What their role is called.
    pub role: String,
    /// Whose sensitive information they see.
    pub sensitive: Sensitive,
    rights: Vec<Right>,
}

/// A role, built in or of the company's own.
#[derive(Clone, Debug)]
pub struct Role {
    /// What a user's `accessRole` says: a built-in role's name, or an id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it allows.
    pub rights: Vec<Right>,
    /// Built in: it cannot be changed.
    pub is_built_in: bool,
}

impl Person {
    /// Whether their role allows it.
    #[must_use]
    pub fn may(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }

    /// Whether nothing is hidden from them.
    #[must_use]
    pub fn is_super_admin(&self) -> bool {
        self.user.access_role == SUPER_ADMIN
    }

    /// Whether they may give and take this role: Super Admins every one, others those that allow less than their own.
    #[must_use]
    pub fn manages(&self, role: &Role) -> bool {
        let less = role.rights.len() < self.rights.len() && role.rights.iter().all(|right| self.may(*right));
        self.is_super_admin() || (self.may(Right::ManageUsers) && less)
    }
}

pub(crate) fn read(row: &Row) -> db::Result<User> {
    let linked: Option<String> = row.get("linked_contact_ids")?;
    Ok(User {
        id: row.text("id")?,
        name: row.text("name")?,
        username: row.text("username")?,
        email: row.text("email")?,
        access_role: row.text("access_role")?,
        photo: row.get("photo")?,
        created_at: row.int("created_at")?,
        deactivated_at: row.get("deactivated_at")?,
        external_directory_id: row.get("external_directory_id")?,
        linked_contact_ids: linked.and_then(|json| serde_json::from_str(&json).ok()),
        job_title: row.get("job_title")?,
        manager_id: row.get("manager_id")?,
        rest: Rest::new(),
    })
}

fn built_in() -> impl Iterator<Item = Role> {
    let role = |(id, name, rights): (&str, &str, &[Right])| Role { id: id.into(), name: name.into(), rights: rights.to_vec(), is_built_in: true };
    ROLES.into_iter().map(role)
}

/// Rights as they stand in a role's column.
fn named(rights: &[Right]) -> String {
    text_of(&rights.iter().map(|right| right.name()).collect::<Vec<_>>())
}

fn read_role(row: &Row) -> db::Result<Role> {
    let names: Vec<String> = row.held("rights")?;
    let rights = Right::ALL.into_iter().filter(|right| names.iter().any(|name| name == right.name())).collect();
    Ok(Role { id: row.text("id")?, name: row.text("name")?, rights, is_built_in: false })
}

/// A user to be made.
#[derive(Clone, Debug, Default)]
pub struct NewPerson {
    /// Full name.
    pub name: String,
    /// E-mail address; signs in with it.
    pub email: String,
    /// A built-in role's name or a custom role's id.
    pub role: String,
    /// Job title.
    pub job_title: Option<String>,
    /// [`web::password::hash`] of their password; without one they cannot sign in.
    pub password_hash: Option<String>,
    /// Whose sensitive information they see, if their role sees all candidates.
    pub sensitive: Sensitive,
}

impl Ats {
    /// Adds a user; their id.
    ///
    /// # Errors
    /// When the address is taken, or the database does not answer.
    pub async fn add_person(&self, new: NewPerson) -> db::Result<String> {
        let id = uuid::Uuid::new_v4().to_string();
        let email = new.email.trim().to_lowercase();
        let username = email.split('@').next().unwrap_or_default().replace('.', "");
        self.db
            .run(
                "insert into person (id, name, username, email, access_role, password, job_title, sensitive, created_at) values ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
                params![id.as_str(), new.name.trim(), username, email, new.role, new.password_hash, new.job_title, new.sensitive.stored(), self.clock.now().0],
            )
            .await?;
        Ok(id)
    }

    /// The user who signs in with this address and password.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> db::Result<Option<String>> {
        let sql = "select id, password from person where email = $1 and deactivated_at is null";
        let row = self.db.row(sql, params![email.trim().to_lowercase()]).await?;
        let (id, hash) = match row {
            Some(row) => (Some(row.text("id")?), row.get::<Option<String>>("password")?),
            None => (None, None),
        };
        let right = web::password::verify(password, hash).await;
        if let Some(id) = &id {
            let (kind, by) = if right { ("user.authentication:succeeded", Some(id.as_str())) } else { ("user.authentication:failed", None) };
            let mut meta = serde_json::json!({ "authentication": { "method": "direct" } });
            if !right {
                meta["authentication"]["error"] = serde_json::json!({ "type": "invalid-credentials", "message": "The password is not right" });
            }
            self.audit_more(&self.db, kind, by, (id, &email.trim().to_lowercase()), &meta).await?;
        }
        Ok(if right { id } else { None })
    }

    /// An active user with their rights.
    pub(crate) async fn person(&self, id: &str) -> db::Result<Option<Person>> {
        let Some(row) = self.db.row("select * from person where id = $1 and deactivated_at is null", params![id]).await? else {
            return Ok(None);
        };
        let user = read(&row)?;
        let (role, rights) = self.role(&user.access_role).await?.map_or_else(|| ("No role".to_owned(), vec![]), |role| (role.name, role.rights));
        let sensitive = match () {
            () if user.access_role == SUPER_ADMIN => Sensitive::all(),
            // Who sees only their own candidates has no such privilege.
            () if !rights.contains(&Right::SeeAllCandidates) => Sensitive::default(),
            () => row.held("sensitive")?,
        };
        Ok(Some(Person { user, role, sensitive, rights }))
    }

    /// A role by what a user's `accessRole` says.
    pub(crate) async fn role(&self, id: &str) -> db::Result<Option<Role>> {
        if let Some(role) = built_in().find(|role| role.id == id) {
            return Ok(Some(role));
        }
        self.db.row("select * from role where id = $1", params![id]).await?.map(|row| read_role(&row)).transpose()
    }

    /// All roles: the built-in ones, then the company's own by name.
    pub(crate) async fn roles(&self) -> db::Result<Vec<Role>> {
        let own = self.db.rows("select * from role order by lower(name), id", vec![]).await?;
        built_in().map(Ok).chain(own.iter().map(read_role)).collect()
    }

    /// All users, active ones first, by name.
    pub(crate) async fn people(&self) -> db::Result<Vec<User>> {
        let sql = "select * from person order by case when deactivated_at is null then 0 else 1 end, lower(name), id";
        self.db.rows(sql, vec![]).await?.iter().map(read).collect()
    }

    /// Makes a role of one's own.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn add_role(&self, name: &str, rights: &[Right]) -> db::Result<String> {
        let id = uuid::Uuid::new_v4().to_string();
        self.db.run("insert into role (id, name, rights) values ($1, $2, $3)", params![id.as_str(), name, named(rights)]).await?;
        Ok(id)
    }

    /// Changes a role of one's own. Whoever has it may do what it says from their next page on.
    pub(crate) async fn change_role(&self, id: &str, name: &str, rights: &[Right]) -> db::Result<bool> {
        Ok(self.db.run("update role set name = $1, rights = $2 where id = $3", params![name, named(rights), id]).await? > 0)
    }

    /// Deletes a role that nobody has; whether it did.
    pub(crate) async fn delete_role(&self, id: &str) -> db::Result<bool> {
        let sql = "delete from role where id = $1 and not exists (select 1 from person where access_role = $1)";
        Ok(self.db.run(sql, params![id]).await? > 0)
    }

    /// Gives a user another role. Their sessions end: whoever may do less from now on signs in anew.
    pub(crate) async fn give_role(&self, user: &User, role: &Role, by: Option<&str>) -> Result<()> {
        if role.id == user.access_role {
            return Ok(());
        }
        let tx = self.db.begin().await?;
        if role.id != SUPER_ADMIN {
            self.leaves_a_super_admin(&tx, &user.id).await?;
        }
        tx.run("update person set access_role = $1 where id = $2", params![role.id.as_str(), user.id.as_str()]).await?;
        self.role_changed(&tx, user, role, by).await?;
        tx.commit().await?;
        self.lobby.sessions.end_all_of(&user.id).await?;
        self.committed();
        Ok(())
    }

    /// Without this one somebody could still let people in. The Super Admins stay as they are until the transaction ends.
    pub(crate) async fn leaves_a_super_admin(&self, tx: &Tx, without: &str) -> Result<()> {
        let sql = "select id from person where access_role = 'super admin' and deactivated_at is null order by id";
        let all = tx.rows(&format!("{sql}{}", tx.engine().to_change()), vec![]).await?;
        let is_one = |row: &Row| row.text("id").is_ok_and(|id| id == without);
        if all.iter().any(is_one) && all.len() == 1 {
            return Err(Refusal::bad_request("this is the last Super Admin: without one nobody could let anybody in any more"));
        }
        Ok(())
    }

    /// What a new role brings with it: a line in the log, and no privilege that the role cannot have. It does not come back with the next role.
    pub(crate) async fn role_changed(&self, tx: &Tx, user: &User, role: &Role, by: Option<&str>) -> Result<()> {
        let meta = serde_json::json!({ "from": user.access_role, "to": role.id });
        self.audit_more(tx, "user.role:changed", by, (&user.id, &user.email), &meta).await?;
        if !role.rights.contains(&Right::SeeAllCandidates) {
            self.write_sensitive(tx, &user.id, &Sensitive::default(), by).await?;
        }
        Ok(())
    }

    /// Takes a user's access away, unless nobody could let anybody in then; their history stays.
    pub(crate) async fn set_active(&self, id: &str, active: bool, by: Option<&str>) -> Result<()> {
        let at = (!active).then_some(self.clock.now().0);
        let tx = self.db.begin().await?;
        if !active {
            self.leaves_a_super_admin(&tx, id).await?;
        }
        let row = tx.row("update person set deactivated_at = $1 where id = $2 returning email", params![at, id]).await?;
        if let Some(row) = row {
            self.audit(&tx, if active { "user:reactivated" } else { "user:deactivated" }, by, id, &row.text("email")?).await?;
        }
        tx.commit().await?;
        self.lobby.sessions.end_all_of(id).await?;
        Ok(())
    }
}
