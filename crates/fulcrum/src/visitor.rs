//! Someone with a browser, as far as forms, cookies and redirects go. The demo uses it to connect the sides the way
//! people would, and the tests use it to click through the pages.

use anyhow::{Context, Result, bail};
use endpoint::Verb;
use outbound::{Answer, Call, Outbound, Wire};
use std::collections::BTreeMap;
use url::Url;

/// A visitor with cookies.
#[derive(Clone)]
pub struct Visitor {
    outbound: Outbound,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    /// Without cookies yet.
    #[must_use]
    pub fn new(outbound: &Outbound) -> Self {
        Self { outbound: outbound.clone(), cookies: BTreeMap::new() }
    }

    /// Signs in with the demo's password.
    ///
    /// # Errors
    /// When the page does not lead on.
    pub async fn sign_in(&mut self, page: &Url, email: &str) -> Result<()> {
        let form = form(&[("email", email), ("password", ats::demo::PASSWORD)]);
        self.press(page, &form).await.map(drop)
    }

    /// Sends a form: where it leads.
    ///
    /// # Errors
    /// When it does not lead on.
    pub async fn press(&mut self, to: &Url, form: &str) -> Result<Url> {
        let answer = self.send(Verb::Post, to, form).await?;
        match leads_to(&answer) {
            Some(location) => Ok(to.join(location)?),
            None => bail!("{} answered {} instead of leading on: {}", to.path(), answer.status, String::from_utf8_lossy(&answer.body)),
        }
    }

    /// Opens a page that leads on: where to.
    ///
    /// # Errors
    /// When it does not lead on.
    pub async fn follow(&mut self, page: &Url) -> Result<Url> {
        let answer = self.send(Verb::Get, page, "").await?;
        match leads_to(&answer) {
            Some(location) => Ok(page.join(location)?),
            None => bail!("{} answered {} instead of leading on: {}", page.path(), answer.status, String::from_utf8_lossy(&answer.body)),
        }
    }

    /// Opens a page: its status and text.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn open(&mut self, page: &Url) -> Result<(u16, String)> {
        let answer = self.send(Verb::Get, page, "").await?;
        Ok((answer.status, String::from_utf8_lossy(&answer.body).into_owned()))
    }

    /// Sends a form or opens a page, whatever the answer.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn send(&mut self, verb: Verb, to: &Url, form: &str) -> Result<Answer> {
        self.call(Call::new(verb, to.clone(), form.as_bytes().to_vec()), "application/x-www-form-urlencoded").await
    }

    /// Sends a form with a file: its field, its name and what is in it.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn upload(&mut self, to: &Url, fields: &[(&str, &str)], (field, name, bytes): (&str, &str, &[u8])) -> Result<Answer> {
        let boundary = "a-boundary-between-parts";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes());
        }
        let head = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n"
        );
        body.extend([head.as_bytes(), bytes, format!("\r\n--{boundary}--\r\n").as_bytes()].concat());
        self.call(Call::new(Verb::Post, to.clone(), body), &format!("multipart/form-data; boundary={boundary}")).await
    }

    async fn call(&mut self, mut call: Call, kind: &str) -> Result<Answer> {
        let to = call.url.clone();
        call.headers.insert("content-type", kind.parse()?);
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        call.headers.insert("cookie", cookies.join("; ").parse()?);
        let answer = self.outbound.send(&call, &Wire::default()).await.with_context(|| format!("calling {}", to.path()))?;
        let set = answer.headers.get_all("set-cookie").iter().filter_map(|v| v.to_str().ok()?.split(';').next()?.split_once('='));
        self.cookies.extend(set.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Ok(answer)
    }
}

/// Where a browser goes on by itself.
fn leads_to(answer: &Answer) -> Option<&str> {
    let header = |name: &str| answer.headers.get(name).and_then(|v| v.to_str().ok());
    header("location").or_else(|| Some(header("refresh")?.split_once("url=")?.1))
}

/// Fields as a form sends them.
#[must_use]
pub fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
