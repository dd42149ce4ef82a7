//! The error body: flat JSON, `{"code": "...", "message": "..."}`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What Lever answers when it refuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// A word for programs.
    #[serde(default)]
    pub code: String,
    /// A sentence for people.
    #[serde(default)]
    pub message: String,
}

/// The codes recorded from the live API, and by their pattern those that were not.
pub mod code {
    /// 400.
    pub const BAD_REQUEST: &str = "BadRequestError";
    /// 401.
    pub const UNAUTHORIZED: &str = "UnauthorizedError";
    /// 403; not recorded, by the pattern of the others.
    pub const FORBIDDEN: &str = "ForbiddenError";
    /// 404.
    pub const NOT_FOUND: &str = "ResourceNotFound";
    /// 405; not recorded, by the pattern of the others.
    pub const METHOD_NOT_ALLOWED: &str = "MethodNotAllowedError";
    /// 429; not recorded, by the pattern of the others.
    pub const TOO_MANY: &str = "TooManyRequestsError";
    /// 500; not recorded, by the pattern of the others.
    pub const INTERNAL: &str = "InternalServerError";
}
