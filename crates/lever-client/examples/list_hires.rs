//! Who was hired, and when they start: `LEVER_KEY=… cargo run -p lever-client --example list_hires`, against a Lever on this machine;
//! `LEVER_URL` says where else.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "an example reads its surroundings and prints")]

use futures_util::TryStreamExt;
use lever_client::api::{ListArchiveReasons, ListOffers, ListOpportunities, Listing, OpportunityFilter, ReasonFilter};
use lever_client::{Lever, Nothing};
use std::env::var;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let at = var("LEVER_URL").unwrap_or_else(|_| "http://127.0.0.1:7401/".to_owned());
    let lever = Lever::builder().base(&at).allow_loopback().key(&var("LEVER_KEY")?).build()?;
    let hired = ReasonFilter { kind: Some("hired".to_owned()), ..ReasonFilter::default() };
    let reasons = lever.send(ListArchiveReasons { query: hired, body: Nothing }).await?;
    let archive_reason_id = reasons.data.into_iter().map(|reason| reason.id).collect();
    let query = OpportunityFilter { archived: Some(true), archive_reason_id, ..OpportunityFilter::default() };
    let mut hires = std::pin::pin!(lever.all(ListOpportunities { query, body: Nothing }));
    while let Some(hire) = hires.try_next().await? {
        let offers = lever.send(ListOffers { opportunity: hire.id.parse()?, query: Listing::default(), body: Nothing }).await?;
        let start = offers.data.iter().find_map(|offer| offer.field("anticipated_start_date")).map_or("no date".to_owned(), ToString::to_string);
        println!("{:<30} {start}", hire.name);
    }
    Ok(())
}
