//! Users: the people who work in Lever.
//!
//! Official page: <https://hire.lever.co/developer/documentation#users>

use crate::envelope::list_query;
use crate::{Data, List, Rest, UserId, View};
use endpoint::{Access, Nothing, catalogue, endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One user. All keys are always present.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct User {
    /// User id.
    pub id: String,
    /// Full name.
    pub name: String,
    /// The part of the address before `@`.
    pub username: String,
    /// E-mail address.
    pub email: String,
    /// `super admin`, `admin`, `team member`, `limited team member`, `interviewer`, or a custom role's id.
    pub access_role: String,
    /// Address of a picture.
    pub photo: Option<String>,
    /// ms.
    pub created_at: i64,
    /// ms; `null` while active.
    pub deactivated_at: Option<i64>,
    /// Of an outside directory.
    pub external_directory_id: Option<String>,
    /// Own candidate profiles.
    pub linked_contact_ids: Option<Vec<String>>,
    /// Job title.
    pub job_title: Option<String>,
    /// A user.
    pub manager_id: Option<String>,
    /// What this version does not know.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Rest,
}

/// A user as they are to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct UserChange {
    /// Full name. Required.
    #[schema(required = true, nullable = false)]
    pub name: Option<String>,
    /// E-mail address. Required.
    #[schema(required = true, nullable = false)]
    pub email: Option<String>,
    /// `super admin`, `admin`, `team member`, `limited team member` or `interviewer`. Required of a change.
    pub access_role: Option<String>,
    /// Of an outside directory.
    pub external_directory_id: Option<String>,
    /// Job title.
    pub job_title: Option<String>,
    /// A user.
    pub manager_id: Option<UserId>,
}

list_query! {
    /// Filters of the list of users.
    UserFilter {
        /// With this address.
        email: Vec<String>,
        /// With this role.
        access_role as "accessRole": Vec<String>,
        /// Deactivated ones too.
        include_deactivated as "includeDeactivated": Option<bool>,
        /// With this id in an outside directory.
        external_directory_id: Option<String>,
    }
}

endpoint! {
    /// List users, newest first.
    Get "/v1/users" as ListUsers {
        access: Access::new("find all users", "users:read:admin"), path: {},
        query: UserFilter, body: Nothing, returns: List<User>,
    }
}
endpoint! {
    /// Read one user.
    Get "/v1/users/{user}" as GetUser {
        access: Access::new("find a user", "users:read:admin"), path: { user: UserId },
        query: View, body: Nothing, returns: Data<User>,
    }
}
endpoint! {
    /// Change a user as a whole: what is left out is cleared.
    Put "/v1/users/{user}" as UpdateUser {
        access: Access::new("update a user", "users:write:admin"), path: { user: UserId },
        query: Nothing, body: UserChange, returns: Data<User>,
    }
}
endpoint! {
    /// Add a user: an interviewer, if no role is named.
    Post "/v1/users" as CreateUser {
        access: Access::new("create a user", "users:write:admin"), path: {},
        query: Nothing, body: UserChange, returns: Data<User>, status: 201,
    }
}
endpoint! {
    /// Take a user's access away.
    Post "/v1/users/{user}/deactivate" as DeactivateUser {
        access: Access::new("deactivate a user", "users:write:admin"), path: { user: UserId },
        query: Nothing, body: Nothing, returns: Data<User>,
    }
}
endpoint! {
    /// Give a user their access back.
    Post "/v1/users/{user}/reactivate" as ReactivateUser {
        access: Access::new("reactivate a user", "users:write:admin"), path: { user: UserId },
        query: Nothing, body: Nothing, returns: Data<User>,
    }
}
catalogue![ListUsers, GetUser, UpdateUser, CreateUser, DeactivateUser, ReactivateUser];
