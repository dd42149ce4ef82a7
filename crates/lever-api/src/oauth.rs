//! The OAuth messages of Lever's authorization server (Auth0's, in fact).
//!
//! Official page: <https://hire.lever.co/developer/documentation#authentication>

use serde::{Deserialize, Serialize};
use std::fmt;

/// `GET /authorize`: the start of the code grant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Authorize {
    /// The application.
    pub client_id: String,
    /// Where to come back to; must be registered, letter by letter.
    pub redirect_uri: String,
    /// `code`.
    pub response_type: String,
    /// Given back unchanged.
    pub state: String,
    /// Space-separated.
    pub scope: String,
    /// The API's base URL with a final slash.
    pub audience: String,
    /// `consent`: required until June 2024 and still sent by many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
}

/// `POST /oauth/token`, form-encoded or JSON.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenRequest {
    /// `authorization_code` or `refresh_token`.
    pub grant_type: String,
    /// The application.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// With `authorization_code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// With `authorization_code`; optional.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// With `refresh_token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

/// Full of secrets.
impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest").field("grant_type", &self.grant_type).field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// The answer. Each refresh gives a new refresh token and ends the old one.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Tokens {
    /// A JWT; lives `expires_in` seconds.
    pub access_token: String,
    /// Only with the scope `offline_access`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// `Bearer`.
    pub token_type: String,
    /// What was granted.
    pub scope: String,
    /// Seconds; 3600.
    pub expires_in: i64,
}

/// Full of secrets.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("scope", &self.scope).field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

/// The answer when it is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenError {
    /// `invalid_grant`, `invalid_client`, `access_denied`, …
    pub error: String,
    /// A sentence.
    pub error_description: String,
}
