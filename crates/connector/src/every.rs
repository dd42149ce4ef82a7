//! A whole list of Lever's, page by page.

use endpoint::Endpoint;
use lever_api::List;
use outbound::{Failure, Remote};

/// Everything a list of Lever's has. `ask` makes the request for the page at an offset; the first has none.
///
/// # Errors
/// The first call's that fails.
pub async fn every<E, T>(lever: &Remote, ask: impl Fn(Option<String>) -> E) -> Result<Vec<T>, Failure>
where
    E: Endpoint<Response = List<T>>,
{
    let (mut all, mut offset) = (Vec::new(), None);
    loop {
        let page = lever.send(ask(offset.take())).await?;
        all.extend(page.data);
        offset = page.next.filter(|_| page.has_next == Some(true));
        if offset.is_none() {
            return Ok(all);
        }
    }
}
