//! Adds somebody with a resume: `LEVER_KEY=… cargo run -p lever-client --example add_candidate -- "Ada Lovelace" ada@mail.example cv.pdf`
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "an example reads its surroundings and prints")]

use anyhow::Context;
use lever_client::api::{CreateAs, CreateOpportunity, ListUsers, NewOpportunity, UserFilter};
use lever_client::{Attachment, Lever, Nothing, WithFiles};
use std::env::{args, var};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let at = var("LEVER_URL").unwrap_or_else(|_| "http://127.0.0.1:7401/".to_owned());
    let lever = Lever::builder().base(&at).allow_loopback().key(&var("LEVER_KEY")?).build()?;
    let mut given = args().skip(1);
    let (name, email) = (given.next().context("a name")?, given.next().context("an e-mail address")?);
    let files = match given.next() {
        Some(path) => {
            let bytes = std::fs::read(&path).with_context(|| format!("{path} cannot be read"))?;
            vec![Attachment { field: "resumeFile".to_owned(), name: path, media_type: "application/pdf".to_owned(), bytes }]
        }
        None => Vec::new(),
    };
    // Whoever adds somebody does it as a user.
    let users = lever.send(ListUsers { query: UserFilter::default(), body: Nothing }).await?;
    let me = users.data.first().context("a user")?.id.parse()?;
    let fields = NewOpportunity { name: Some(name), emails: vec![email], sources: vec!["Example".to_owned()], ..NewOpportunity::default() };
    let query = CreateAs { perform_as: Some(me), ..CreateAs::default() };
    let made = lever.send(CreateOpportunity { query, body: WithFiles { fields, files } }).await?;
    println!("{} {}", made.data.id, if made.rest.get("deduped") == Some(&true.into()) { "(the address was known)" } else { "" });
    Ok(())
}
