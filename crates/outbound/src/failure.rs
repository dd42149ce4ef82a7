//! What can go wrong with a call, told apart by what it means for the thing that was to happen.

use endpoint::Verb;
use std::time::Duration;

/// A call that did not end in success.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The address guard refused; nothing was sent.
    #[error("{0}")]
    Blocked(String),
    /// There is no usable credential; nothing was sent.
    #[error("{0}")]
    NoCredential(String),
    /// Nothing was sent, because no connection came about.
    #[error("{0}")]
    NotSent(String),
    /// It was sent, and whether it took effect is unknown: a time-out, a cut connection, an answer that cannot be read.
    #[error("{0}")]
    Unknown(String),
    /// The other side answered and refused.
    #[error("{host} answered {status}: {body}")]
    Refused {
        /// Who.
        host: String,
        /// HTTP status.
        status: u16,
        /// The beginning of the body, redacted.
        body: String,
        /// When it may be tried again, if it said so.
        retry_after: Option<Duration>,
    },
}

impl Failure {
    /// The status of a refusal.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether waiting may help.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Blocked(_) | Self::NoCredential(_) => false,
            Self::NotSent(_) | Self::Unknown(_) => true,
            Self::Refused { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
        }
    }

    /// Whether it may have taken effect all the same. A 500 may come after the work was done.
    #[must_use]
    pub const fn may_have_happened(&self) -> bool {
        match self {
            Self::Unknown(_) => true,
            Self::Refused { status, .. } => matches!(status, 408 | 500..=599),
            _ => false,
        }
    }

    /// How long the other side asked us to wait.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// What to do after a failure, at once and within the same call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Try again after this long.
    Again(Duration),
    /// Tell the caller.
    Stop,
}

/// The table of quick retries. Only reads, only twice, only what a moment may mend; everything else goes back to the
/// pipeline, whose retries are durable.
#[must_use]
pub fn again(verb: Verb, failure: &Failure, tries: u32) -> Next {
    let quick = match failure {
        Failure::NotSent(_) | Failure::Unknown(_) => true,
        Failure::Refused { status, retry_after, .. } => matches!(status, 502..=504) && retry_after.is_none(),
        Failure::Blocked(_) | Failure::NoCredential(_) => false,
    };
    if quick && verb == Verb::Get && tries < 3 { Next::Again(Duration::from_millis(100 << tries)) } else { Next::Stop }
}
