//! A client for the Lever applicant tracking system.
//!
//! Every operation of Lever's Data API v1 and Postings API v0 is a type: fill it in, send it, and get what it returns. What is not typed yet
//! is called by its path ([`Lever::raw`]). The client keeps Lever's rate (10 requests a second, bursts of 20) so that no 429 comes back,
//! waits and repeats what may be repeated, walks lists as streams, and renews OAuth tokens once however many callers wait.
//!
//! ```no_run
//! use lever_client::api::{GetOpportunity, ListOpportunities, OpportunityFilter, View};
//! use lever_client::{Lever, Nothing};
//! use futures_util::TryStreamExt;
//!
//! # async fn example() -> Result<(), lever_client::Failure> {
//! let lever = Lever::with_key("your API key");
//!
//! // Everybody who was archived since this moment, a page at a time.
//! let since = OpportunityFilter { archived_at_start: Some(1_760_000_000_000), ..OpportunityFilter::default() };
//! let list = ListOpportunities { query: since, body: Nothing };
//! let mut everybody = std::pin::pin!(lever.all(list));
//! while let Some(opportunity) = everybody.try_next().await? {
//!     println!("{} {}", opportunity.id, opportunity.name);
//! }
//!
//! // One of them, with the person and the stage in it.
//! let id = "7f1c2d0e-3b5a-4c1e-9a77-0d6f5b1a2c33".parse().expect("an id");
//! let one = lever.send(GetOpportunity { opportunity: id, query: View::expanding(&["contact", "stage"]), body: Nothing }).await?;
//! println!("{}", one.data.stage["text"]);
//! # Ok(())
//! # }
//! ```
//!
//! **Without a Lever account**: `fulcrum serve --demo` is a Lever on your machine. Point the client there:
//!
//! ```no_run
//! # use lever_client::Lever;
//! let lever = Lever::builder().base("http://127.0.0.1:7401/").allow_loopback().key("a key made there").build().expect("an address");
//! ```
//!
//! **What can go wrong** is one type, [`Failure`], which says whether the call may have taken effect all the same
//! ([`Failure::may_have_happened`]). Lever takes no idempotency keys: a POST whose answer was lost is never repeated here. Look first whether
//! it is there.
//!
//! Official page: <https://hire.lever.co/developer/documentation>. Times are milliseconds since 1970, UTC.

mod client;
mod token;

pub use client::{Builder, Lever};
pub use endpoint::{Attachment, Endpoint, Nothing, Verb, WithFiles};
pub use lever_api as api;
pub use outbound::{Answer, Failure};
pub use token::{App, Renewed, Token};
