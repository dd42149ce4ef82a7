//! Every setting: a flag, an environment variable `FULCRUM_…`, a line of `fulcrum.toml`, in that order of strength.

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use clock::Clock;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use outbound::{Outbound, Reach, Smtp};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::PathBuf;
use store::Bucket;
use url::Url;

/// One of the three sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The product.
    Hub,
    /// The Lever-compatible ATS.
    Ats,
    /// The partner apps.
    Partners,
}

/// As given; what is not given is filled in by [`Settings::read`].
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct Given {
    /// Folder for databases and the key file
    #[arg(long, global = true, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<PathBuf>,
    /// PostgreSQL instead of SQLite: postgres://user@host/database
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    database_url: Option<Hidden>,
    /// Settings file [default: fulcrum.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    #[serde(skip)]
    config: Option<PathBuf>,
    /// File with the keys that seal secrets [default: DIR/key, made at the first start]
    #[arg(long, global = true, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    key_file: Option<PathBuf>,
    /// Log filter, such as info or hub=debug
    #[arg(long, global = true, value_name = "FILTER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<String>,
}

/// What only `serve` takes.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct Serving {
    /// Serve only this side; may be repeated
    #[arg(long, value_enum)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    only: Vec<Side>,
    /// Address of the hub
    #[arg(long, value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    hub: Option<SocketAddr>,
    /// Address of the ATS
    #[arg(long, value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    ats: Option<SocketAddr>,
    /// Address of the partner apps
    #[arg(long, value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    partners: Option<SocketAddr>,
    /// Where people and Lever reach the hub [default: http://ADDR]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    hub_url: Option<Url>,
    /// Where people and programs reach the ATS [default: http://ADDR]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    ats_url: Option<Url>,
    /// Where people and the hub reach the partner apps [default: http://ADDR]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    partners_url: Option<Url>,
    /// Send traces there by OpenTelemetry over HTTP: http://127.0.0.1:4318/v1/traces
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    otlp_endpoint: Option<Url>,
    /// Mail server for the letters of the partner apps: smtps://user:password@host [default: letters are kept, and a page shows them]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    smtp_url: Option<Hidden>,
    /// Whom letters come from: "Northwind <people@northwind.example>"
    #[arg(long, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    mail_from: Option<String>,
    /// Bucket of an S3-compatible store for recordings and files: https://KEY:SECRET@host/bucket?region=REGION [default: DIR]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    s3_url: Option<Hidden>,
    /// Fill all three sides with a small company, connected, and show the logins
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    demo: bool,
    /// Let people and programs make things go wrong at the ATS, and move the clock, for tests (on with --demo)
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sandbox: bool,
    /// Allow calls to this machine (on with --demo)
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    allow_loopback: bool,
    /// Allow calls to private networks
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    allow_private_networks: bool,
    /// Allow calls over plain http to other machines
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    allow_plain_http: bool,
    /// Do not hold callers of the ATS, nor ourselves, to Lever's rate (for measuring)
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    no_rate_limit: bool,
}

/// An address that may hold a password: it stays out of logs.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hidden(pub String);

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(hidden)")
    }
}

/// All settings, filled in and checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Folder for databases and the key file.
    pub data: PathBuf,
    /// PostgreSQL instead of SQLite.
    pub database_url: Option<Hidden>,
    /// File with the keys that seal secrets.
    pub key_file: Option<PathBuf>,
    /// Log filter.
    pub log: String,
    /// Where traces are collected.
    pub otlp_endpoint: Option<Url>,
    /// Sides to serve; all if empty.
    pub only: Vec<Side>,
    /// Address of the hub.
    pub hub: SocketAddr,
    /// Address of the ATS.
    pub ats: SocketAddr,
    /// Address of the partner apps.
    pub partners: SocketAddr,
    /// Where people and Lever reach the hub.
    pub hub_url: Option<Url>,
    /// Where people and programs reach the ATS.
    pub ats_url: Option<Url>,
    /// Where people and the hub reach the partner apps.
    pub partners_url: Option<Url>,
    /// Mail server for the letters of the partner apps; may hold a password.
    pub smtp_url: Option<Hidden>,
    /// Whom letters come from.
    pub mail_from: Option<String>,
    /// Bucket of an S3-compatible store for recordings and files; holds a secret.
    pub s3_url: Option<Hidden>,
    /// Fill all three sides with a small company.
    pub demo: bool,
    /// Let things be made to go wrong.
    #[serde(default)]
    pub sandbox: bool,
    /// Allow calls to this machine.
    pub allow_loopback: bool,
    /// Allow calls to private networks.
    pub allow_private_networks: bool,
    /// Allow calls over plain http to other machines.
    pub allow_plain_http: bool,
    /// No rate limit, no rate budget.
    pub no_rate_limit: bool,
}

impl Settings {
    /// Reads flags, environment and file; every fault is one clear sentence.
    ///
    /// # Errors
    /// When a value makes no sense.
    pub fn read(given: &Given, serving: &Serving) -> Result<Self> {
        let defaults = serde_json::json!({
            "data": "data", "log": "info,sqlx=warn", "only": [], "hub": "127.0.0.1:7400", "ats": "127.0.0.1:7401", "partners": "127.0.0.1:7402",
            "demo": false, "sandbox": false, "allow_loopback": false, "allow_private_networks": false, "allow_plain_http": false, "no_rate_limit": false,
        });
        let mut figment = Figment::from(Serialized::defaults(defaults));
        figment = match &given.config {
            Some(file) if !file.exists() => bail!("the settings file {} does not exist", file.display()),
            Some(file) => figment.merge(Toml::file(file)),
            None => figment.merge(Toml::file("fulcrum.toml")),
        };
        // FULCRUM_TEST_… belongs to the tests.
        let env = Env::prefixed("FULCRUM_").filter(|key| !key.starts_with("test_"));
        figment = figment.merge(env).merge(Serialized::defaults(given)).merge(Serialized::defaults(serving));
        let settings: Self = figment.extract().map_err(|e| {
            let first = e.into_iter().next().map(|e| e.to_string()).unwrap_or_default();
            anyhow::anyhow!("a setting makes no sense: {first}")
        })?;
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<()> {
        if let Some(url) = &self.database_url
            && !(url.0.starts_with("postgres://") || url.0.starts_with("postgresql://"))
        {
            bail!("database_url must begin with postgres://; for SQLite leave it out and set data");
        }
        self.smtp()?;
        self.bucket(Clock::of_this_machine())?;
        for (name, address) in [("hub", self.hub), ("ats", self.ats), ("partners", self.partners)] {
            if self.demo && !address.ip().is_loopback() {
                bail!(
                    "{name} = {address}: the demo has known passwords and is served on this machine only; use a loopback address, or leave --demo out"
                );
            }
        }
        Ok(())
    }

    /// The mail server, if one is set.
    ///
    /// # Errors
    /// When its address or the sender's cannot be read.
    pub fn smtp(&self) -> Result<Option<Smtp>> {
        match (&self.smtp_url, &self.mail_from) {
            (None, _) => Ok(None),
            (Some(_), None) => bail!("smtp_url is set, but not whom letters come from; set mail_from"),
            (Some(url), Some(from)) => Smtp::new(&url.0, from).map(Some).map_err(anyhow::Error::msg),
        }
    }

    /// The bucket, if one is set. The operator said where: it may be anywhere.
    ///
    /// # Errors
    /// When its address cannot be read.
    pub fn bucket(&self, clock: Clock) -> Result<Option<Bucket>> {
        let Some(url) = &self.s3_url else { return Ok(None) };
        Bucket::new(&url.0, Outbound::new(Reach::anywhere(), clock)).map(Some).map_err(|why| anyhow::anyhow!("s3_url makes no sense: {why}"))
    }

    /// Whether a side is served.
    #[must_use]
    pub fn serves(&self, side: Side) -> bool {
        self.only.is_empty() || self.only.contains(&side)
    }

    /// Where a side is reached.
    ///
    /// # Errors
    /// Never for addresses that were read.
    pub fn url(&self, side: Side) -> Result<Url> {
        let (url, address) = match side {
            Side::Hub => (&self.hub_url, self.hub),
            Side::Ats => (&self.ats_url, self.ats),
            Side::Partners => (&self.partners_url, self.partners),
        };
        match url {
            Some(url) => Ok(url.clone()),
            None => Url::parse(&format!("http://{address}")).context("the address of a side"),
        }
    }
}
