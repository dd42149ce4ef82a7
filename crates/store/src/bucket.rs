//! Files in a bucket of an S3-compatible store.
//!
//! Addresses are signed by `rusty-s3`, which makes no calls; the calls go through our own door.

use crate::Kept;
use endpoint::Verb;
use outbound::{Answer, Call, Outbound, Wire};
use rusty_s3::actions::ListObjectsV2;
use rusty_s3::{Credentials, S3Action, UrlStyle};
use std::io::{Error, ErrorKind, Result};
use std::time::Duration;
use url::Url;

/// How long a signed address is good for.
const GOOD_FOR: Duration = Duration::from_secs(300);
/// How often a call is made before it counts as failed.
const TRIES: u32 = 3;

/// A bucket, and who may use it.
pub struct Bucket {
    outbound: Outbound,
    bucket: rusty_s3::Bucket,
    credentials: Credentials,
}

/// The key stays out of logs.
impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bucket({})", self.bucket.base_url())
    }
}

impl Bucket {
    /// `https://KEY:SECRET@host/bucket?region=eu-central-1`; without a region it is `us-east-1`, which stores without regions take.
    ///
    /// # Errors
    /// When a part of it is missing. The sentence repeats nothing of it: it holds a secret.
    pub fn new(address: &str, outbound: Outbound) -> std::result::Result<Self, String> {
        let form = "it must be https://KEY:SECRET@host/bucket?region=REGION";
        let url = Url::parse(address).map_err(|e| format!("it cannot be read ({e}); {form}"))?;
        let decoded = |text: &str| percent(text).ok_or_else(|| format!("the key cannot be read; {form}"));
        let (key, secret) = (decoded(url.username())?, decoded(url.password().unwrap_or_default())?);
        let name = url.path().trim_matches('/').to_owned();
        if key.is_empty() || secret.is_empty() || name.is_empty() || name.contains('/') || !matches!(url.scheme(), "http" | "https") {
            return Err(form.to_owned());
        }
        let region = url.query_pairs().find(|(name, _)| name == "region").map_or("us-east-1".to_owned(), |(_, region)| region.into_owned());
        let mut host = url.clone();
        let _ = (host.set_username(""), host.set_password(None));
        host.set_path("/");
        host.set_query(None);
        let bucket = rusty_s3::Bucket::new(host, UrlStyle::Path, name, region).map_err(|e| format!("{e}; {form}"))?;
        Ok(Self { outbound, bucket, credentials: Credentials::new(key, secret) })
    }

    pub(crate) async fn put(&self, key: &str, bytes: &[u8]) -> Result<()> {
        let url = self.bucket.put_object(Some(&self.credentials), key).sign(GOOD_FOR);
        self.ask(Verb::Put, url, bytes, None).await.map(drop)
    }

    pub(crate) async fn part(&self, key: &str, from: u64, length: u64) -> Result<Vec<u8>> {
        let url = self.bucket.get_object(Some(&self.credentials), key).sign(GOOD_FOR);
        let range = format!("bytes={from}-{}", from + length - 1);
        let answer = self.ask(Verb::Get, url, &[], Some(&range)).await?;
        if answer.status == 200 && from > 0 {
            return Err(Error::other(format!("{} does not answer parts of files", self.bucket.base_url())));
        }
        Ok(answer.body)
    }

    pub(crate) async fn list(&self, begins: &str) -> Result<Vec<Kept>> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let mut action = ListObjectsV2::new(&self.bucket, Some(&self.credentials));
            action.with_prefix(begins);
            if let Some(after) = after {
                action.with_continuation_token(after);
            }
            let answer = self.ask(Verb::Get, action.sign(GOOD_FOR), &[], None).await?;
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            let page = ListObjectsV2::parse_response(&text).map_err(|e| Error::other(format!("{}: {e}", self.bucket.base_url())))?;
            found.extend(page.contents.into_iter().map(|o| Kept { key: o.key, bytes: o.size.unwrap_or(0) }));
            after = page.next_continuation_token;
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    pub(crate) async fn delete(&self, key: &str) -> Result<()> {
        let url = self.bucket.delete_object(Some(&self.credentials), key).sign(GOOD_FOR);
        match self.ask(Verb::Delete, url, &[], None).await {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }

    /// Each of these may be done twice.
    async fn ask(&self, verb: Verb, url: Url, body: &[u8], range: Option<&str>) -> Result<Answer> {
        let mut call = Call::new(verb, url, body.to_vec());
        call.headers.remove("content-type");
        if let Some(range) = range.and_then(|range| range.parse().ok()) {
            call.headers.insert("range", range);
        }
        let mut tries = 0;
        loop {
            tries += 1;
            let why = match self.outbound.send(&call, &Wire::default()).await {
                Ok(answer) if (200..300).contains(&answer.status) => return Ok(answer),
                Ok(answer) if answer.status == 404 => return Err(Error::new(ErrorKind::NotFound, "it is not in the bucket")),
                Ok(answer) if answer.status < 500 && answer.status != 429 => {
                    return Err(Error::other(format!("{} answered {} to {}", self.bucket.base_url(), answer.status, verb.name())));
                }
                Ok(answer) => format!("{} answered {}", self.bucket.base_url(), answer.status),
                Err(failure) => failure.to_string(),
            };
            if tries == TRIES {
                return Err(Error::other(why));
            }
            tokio::time::sleep(Duration::from_millis(200 << tries)).await;
        }
    }
}

/// A part of an address as it was before it was written into one.
fn percent(text: &str) -> Option<String> {
    url::form_urlencoded::parse(format!("v={}", text.replace('+', "%2B")).as_bytes()).next().map(|(_, value)| value.into_owned())
}
