//! What a partner demands and Lever may lack.

use crate::fields::Target;
use crate::{Hold, Seen};
use std::collections::BTreeMap;

/// [`Target::missing`] of what a posting says: the hold names the posting.
pub const ON_POSTING: &str = "Someone who may edit the posting can add it there.";

/// The fields that have a value, by name, with all that the partner demands among them.
///
/// # Errors
/// The hold that says who can add what is missing, and where; all of it at once.
pub fn demand(
    partner: &str,
    targets: &[Target],
    fields: BTreeMap<String, Result<String, String>>,
    seen: &Seen,
) -> Result<BTreeMap<String, String>, Hold> {
    let name = seen.opportunity.name.trim();
    let who = if name.is_empty() { "The hire" } else { name };
    let mut filled = BTreeMap::new();
    for (field, value) in fields {
        let label = targets.iter().find(|t| t.name == field).map_or(field.as_str(), |t| t.label);
        let value = value.map_err(|why| {
            let why = format!(
                "The field map cannot fill {label} of {who}: {why} Whoever operates this hub can correct it on the connection's page, under Fields."
            );
            Hold::new(format!("The field map cannot fill {label}"), why)
        })?;
        if !value.is_empty() {
            filled.insert(field, value);
        }
    }
    let lacking: Vec<&Target> = targets.iter().filter(|t| t.required && !filled.contains_key(t.name)).collect();
    match lacking.split_first() {
        None => Ok(filled),
        Some((first, others)) => Err(lacks(partner, who, seen, first, others)),
    }
}

/// The first of them groups the hold with others.
fn lacks(partner: &str, who: &str, seen: &Seen, first: &Target, others: &[&Target]) -> Hold {
    let no_name = seen.opportunity.name.trim().is_empty();
    let no_posting = seen.posting.is_none() && first.default.starts_with("posting.");
    let label = if no_name {
        "Name"
    } else if no_posting {
        "Posting"
    } else {
        first.label
    };
    let mend = match &seen.posting {
        Some(posting) if first.missing == ON_POSTING => format!("Someone who may edit the posting \"{}\" can add it there.", posting.text),
        _ => first.missing.to_owned(),
    };
    let also = others.iter().map(|t| t.label.to_lowercase()).collect::<Vec<_>>().join(", ");
    let also = if no_name || seen.posting.is_none() || also.is_empty() { String::new() } else { format!(" Also missing: {also}.") };
    Hold::new(
        format!("{label} is missing in Lever"),
        format!(
            "{who} has no {} in Lever, and {partner} demands one. {mend}{also} Fulcrum looks again by itself every 15 minutes.",
            label.to_lowercase()
        ),
    )
}
