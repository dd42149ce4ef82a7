//! The only crate that opens sockets to the outside.
//!
//! One door for every call to Lever, a partner or a webhook receiver, so that nothing gets past the address guard, the
//! time-outs, the size limit, the rate budget, or the redacted record of what was said. What to do about a failure is
//! a pure table ([`Failure`] and [`again`]); durable retries are the pipeline's business.
//!
//! Mail goes to the one server the operator named, so the address guard has no say in it.
//!
//! Invariant: no other crate names an HTTP client (clippy's `disallowed-methods` and the arrows test hold it).

mod budget;
mod failure;
mod guard;
mod multipart;
mod remote;
mod smtp;
mod wire;

pub use budget::{Budget, LEVER_BURST, LEVER_RATE, OUR_BURST, Pace, Urgency};
pub use failure::{Failure, Next, again};
pub use guard::Reach;
pub use remote::{Answer, Call, Credential, Fixed, Outbound, Remote};
pub use smtp::{Mail, Smtp, Unsent};
pub use wire::{Exchange, Wire, redact};

#[cfg(test)]
mod tests;
