//! The command line. Every verb works beside a running server.

use crate::commands;
use crate::serve::serve;
use crate::settings::{Given, Serving, Settings};
use crate::sides::Ground;
use crate::telemetry::Telemetry;
use crate::work_verbs::WorkVerb;
use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Connects the Lever applicant tracking system with the systems around hiring.
#[derive(Debug, Parser)]
#[command(name = "fulcrum", version, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    given: Given,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Start the hub, the ATS and the partner apps
    Serve(#[command(flatten)] Box<Serving>),
    /// Say what is wrong, and who can mend it where
    Doctor,
    /// Bring the databases up to date without serving
    Migrate,
    /// Print the version
    Version,
    /// Write the generated reference pages
    ExportDocs {
        /// Folder to write to
        #[arg(default_value = "docs/reference")]
        folder: PathBuf,
    },
    /// The Lever-compatible ATS
    #[command(subcommand)]
    Ats(AtsVerb),
    /// The partner apps
    #[command(subcommand)]
    Partners(PartnersVerb),
    /// The hub
    #[command(subcommand)]
    Hub(HubVerb),
}

#[derive(Debug, Subcommand)]
enum AtsVerb {
    /// API keys
    #[command(subcommand)]
    ApiKey(ApiKeyVerb),
    /// OAuth applications
    #[command(subcommand)]
    OauthApp(OauthAppVerb),
    /// Users
    #[command(subcommand)]
    User(UserVerb),
    /// Load a public job board (Postings API v0 JSON) as postings, locations, departments and teams
    LoadBoard {
        /// A file, an address, or the name of a site on Lever
        #[arg(value_name = "FILE|SITE")]
        from: String,
    },
    /// Let things go wrong for a while, beside a server with --demo or --sandbox
    #[command(subcommand)]
    Sandbox(SandboxVerb),
    /// Make a large account: the same seed gives the same account
    Generate {
        /// How many candidacies
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=5_000_000))]
        opportunities: u32,
        /// Any number
        #[arg(long)]
        seed: u64,
    },
}

#[derive(Debug, Subcommand)]
enum SandboxVerb {
    /// What goes wrong at present, as JSON
    List,
    /// Let something go wrong; prints the fault as JSON
    Fault {
        /// What: answers-500, webhooks-lost, …; a name that is none lists them all
        kind: ats::sandbox::Kind,
        /// How often, of a hundred times
        #[arg(long, default_value_t = 100)]
        share: i64,
        /// How late, ms, where something is late
        #[arg(long, default_value_t = 5000)]
        late_ms: i64,
        /// Only below this path of the API
        #[arg(long, default_value = "")]
        path: String,
        /// How long, seconds; a day at most
        #[arg(long, default_value_t = 600)]
        seconds: i64,
    },
    /// End a fault before its time
    End {
        /// Its id
        id: String,
    },
    /// Move the clock on, for all sides of the demo
    Clock {
        /// By how many seconds
        seconds: u64,
    },
}

#[derive(Debug, Subcommand)]
enum ApiKeyVerb {
    /// Make a key; prints the key alone
    Create(NewKey),
}

/// What an API key may do.
#[derive(Args, Debug)]
pub struct NewKey {
    /// Its name
    #[arg(long)]
    pub name: String,
    /// All permissions
    #[arg(long, conflicts_with = "permission", required_unless_present_any = ["permission", "postings_api"])]
    pub all: bool,
    /// A key of the Postings API, with which a careers page sends applications
    #[arg(long, conflicts_with_all = ["all", "permission", "confidential"])]
    pub postings_api: bool,
    /// One permission, in the words of the catalogue; may be repeated
    #[arg(long)]
    pub permission: Vec<String>,
    /// Access to confidential data
    #[arg(long)]
    pub confidential: bool,
}

#[derive(Debug, Subcommand)]
enum OauthAppVerb {
    /// Register an application; prints {"client_id":…,"client_secret":…} alone
    Create {
        /// Its client id
        #[arg(long)]
        client_id: String,
        /// Its name on the consent page
        #[arg(long)]
        name: String,
        /// Where consent leads back to; may be repeated
        #[arg(long, required = true)]
        redirect_uri: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
enum UserVerb {
    /// Add a user; the password is read from standard input
    Create(NewUser),
}

/// Somebody who can sign in.
#[derive(Args, Debug)]
pub struct NewUser {
    /// Full name
    #[arg(long)]
    pub name: String,
    /// E-mail address
    #[arg(long)]
    pub email: String,
    /// Role
    #[arg(long, default_value = "")]
    pub role: String,
}

#[derive(Debug, Subcommand)]
enum PartnersVerb {
    /// HR Cloud
    #[command(subcommand)]
    HrCloud(HrCloudVerb),
    /// Joinedly
    #[command(subcommand)]
    Joinedly(AppVerb),
    /// Jobma
    #[command(subcommand)]
    Jobma(AppVerb),
    /// Job Ring
    #[command(subcommand)]
    JobRing(AppVerb),
    /// Findem
    #[command(subcommand)]
    Findem(AppVerb),
    /// Tell a partner app where its hub is; the token is read from standard input
    LinkHub {
        /// The app: hr-cloud, joinedly, jobma, job-ring, findem
        app: String,
        /// The hub's address
        url: url::Url,
    },
}

#[derive(Debug, Subcommand)]
enum AppVerb {
    /// People who can sign in
    #[command(subcommand)]
    Account(UserVerb),
    /// Tokens of its API
    #[command(subcommand)]
    Token(AppTokenVerb),
}

#[derive(Debug, Subcommand)]
enum AppTokenVerb {
    /// Make one; prints it alone
    Create {
        /// Its name
        #[arg(long)]
        name: String,
    },
}

#[derive(Debug, Subcommand)]
enum HrCloudVerb {
    /// Service accounts
    #[command(subcommand)]
    ServiceAccount(ServiceAccountVerb),
    /// People who can sign in
    #[command(subcommand)]
    Account(UserVerb),
    /// Switch the Lever integration on for the customer
    EnableLever,
}

#[derive(Debug, Subcommand)]
enum ServiceAccountVerb {
    /// Make one; prints {"customer_key":…,"customer_secret":…} alone
    Create {
        /// Its name
        #[arg(long)]
        name: String,
    },
}

#[derive(Debug, Subcommand)]
enum HubVerb {
    /// People who can sign in
    #[command(subcommand)]
    Operator(UserVerb),
    /// Tokens of the hub's API
    #[command(subcommand)]
    Token(TokenVerb),
    /// Where Lever is for a connector; the client secret is read from standard input
    LeverApp(LeverAppAt),
    #[command(flatten)]
    Work(WorkVerb),
}

#[derive(Debug, Subcommand)]
enum TokenVerb {
    /// Make one; prints the token alone
    Create {
        /// Its name
        #[arg(long)]
        name: String,
    },
    /// Those in use: id, name and scopes
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End one at once
    Revoke {
        /// Its id, as listed
        id: String,
    },
}

/// Where Lever is, and who we are there.
#[derive(Args, Debug)]
pub struct LeverAppAt {
    /// The connector: hr-cloud
    pub connector: String,
    /// The client id registered with Lever
    #[arg(long)]
    pub client_id: String,
    /// The consent page
    #[arg(long, default_value = "https://auth.lever.co/authorize")]
    pub authorize_url: String,
    /// The token endpoint
    #[arg(long, default_value = "https://auth.lever.co/oauth/token")]
    pub token_url: String,
    /// The API without /v1
    #[arg(long, default_value = "https://api.lever.co")]
    pub api_base: String,
    /// The audience, with its final slash
    #[arg(long, default_value = "https://api.lever.co/v1/")]
    pub audience: String,
}

/// Does what was asked.
///
/// # Errors
/// One sentence for people.
pub async fn run(cli: Cli) -> Result<()> {
    let serving = if let Verb::Serve(serving) = &cli.verb { (**serving).clone() } else { Serving::default() };
    if let Verb::Version = cli.verb {
        println!("fulcrum {}", env!("CARGO_PKG_VERSION"));
        return Ok(());
    }
    if let Verb::ExportDocs { folder } = &cli.verb {
        return commands::export_docs(folder);
    }
    let settings = Settings::read(&cli.given, &serving)?;
    if let Verb::Serve(_) = cli.verb {
        let telemetry = settings.otlp_endpoint.as_ref().map(Telemetry::to).transpose()?;
        begin_logging(&settings.log, telemetry.as_ref());
        let done = serve(settings).await;
        if let Some(telemetry) = telemetry {
            telemetry.flush().await;
        }
        return done;
    }
    begin_logging(&settings.log, None);
    if let Verb::Doctor = cli.verb
        && !settings.data.exists()
    {
        bail!(
            "there is no data folder {}; go to the folder you start Fulcrum from, or name it: --data FOLDER",
            std::path::absolute(&settings.data)?.display()
        );
    }
    let ground = Ground::new(settings)?;
    match cli.verb {
        Verb::Serve(_) | Verb::Version | Verb::ExportDocs { .. } => Ok(()),
        Verb::Doctor => commands::doctor(&ground).await,
        Verb::Migrate => commands::migrate(&ground).await,
        Verb::Ats(AtsVerb::ApiKey(ApiKeyVerb::Create(new))) => commands::create_api_key(&ground, new).await,
        Verb::Ats(AtsVerb::OauthApp(OauthAppVerb::Create { client_id, name, redirect_uri })) => {
            commands::create_oauth_app(&ground, &client_id, &name, &redirect_uri).await
        }
        Verb::Ats(AtsVerb::User(UserVerb::Create(new))) => commands::create_user(&ground, new).await,
        Verb::Ats(AtsVerb::Sandbox(SandboxVerb::List)) => commands::list_faults(&ground).await,
        Verb::Ats(AtsVerb::Sandbox(SandboxVerb::Fault { kind, share, late_ms, path, seconds })) => {
            commands::add_fault(&ground, &ats::sandbox::NewFault { kind, share, late_ms, path, seconds }).await
        }
        Verb::Ats(AtsVerb::Sandbox(SandboxVerb::End { id })) => commands::end_fault(&ground, &id).await,
        Verb::Ats(AtsVerb::Sandbox(SandboxVerb::Clock { seconds })) => commands::move_clock(&ground, seconds).await,
        Verb::Ats(AtsVerb::Generate { opportunities, seed }) => commands::generate(&ground, opportunities as usize, seed).await,
        Verb::Ats(AtsVerb::LoadBoard { from }) => commands::load_board(&ground, &from).await,
        Verb::Partners(PartnersVerb::LinkHub { app, url }) => commands::link_hub(&ground, &app, &url).await,
        Verb::Partners(PartnersVerb::HrCloud(HrCloudVerb::ServiceAccount(ServiceAccountVerb::Create { name }))) => {
            commands::create_service_account(&ground, &name).await
        }
        Verb::Partners(PartnersVerb::HrCloud(HrCloudVerb::Account(UserVerb::Create(new)))) => {
            commands::create_account(&ground, "hr-cloud", "HR Admin", new).await
        }
        Verb::Partners(PartnersVerb::Joinedly(AppVerb::Account(UserVerb::Create(new)))) => {
            commands::create_account(&ground, "joinedly", "Admin", new).await
        }
        Verb::Partners(PartnersVerb::Joinedly(AppVerb::Token(AppTokenVerb::Create { name }))) => {
            commands::create_joinedly_token(&ground, &name).await
        }
        Verb::Partners(PartnersVerb::Jobma(AppVerb::Account(UserVerb::Create(new)))) => {
            commands::create_account(&ground, "jobma", "Account Admin", new).await
        }
        Verb::Partners(PartnersVerb::Jobma(AppVerb::Token(AppTokenVerb::Create { name }))) => commands::create_jobma_token(&ground, &name).await,
        Verb::Partners(PartnersVerb::JobRing(AppVerb::Account(UserVerb::Create(new)))) => {
            commands::create_account(&ground, "job-ring", "Business Admin", new).await
        }
        Verb::Partners(PartnersVerb::JobRing(AppVerb::Token(AppTokenVerb::Create { name }))) => commands::create_job_ring_token(&ground, &name).await,
        Verb::Partners(PartnersVerb::Findem(AppVerb::Account(UserVerb::Create(new)))) => {
            commands::create_account(&ground, "findem", "Admin", new).await
        }
        Verb::Partners(PartnersVerb::Findem(AppVerb::Token(AppTokenVerb::Create { name }))) => commands::create_findem_token(&ground, &name).await,
        Verb::Partners(PartnersVerb::HrCloud(HrCloudVerb::EnableLever)) => commands::enable_lever(&ground).await,
        Verb::Hub(HubVerb::Operator(UserVerb::Create(new))) => commands::create_operator(&ground, new).await,
        Verb::Hub(HubVerb::Token(TokenVerb::Create { name })) => commands::create_token(&ground, &name).await,
        Verb::Hub(HubVerb::Token(TokenVerb::List { json })) => commands::tokens(&ground, json).await,
        Verb::Hub(HubVerb::Token(TokenVerb::Revoke { id })) => commands::revoke_token(&ground, &id).await,
        Verb::Hub(HubVerb::LeverApp(at)) => commands::set_lever_app(&ground, at).await,
        Verb::Hub(HubVerb::Work(verb)) => crate::work_verbs::run(&ground, verb).await,
    }
}

fn begin_logging(filter: &str, telemetry: Option<&Telemetry>) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(filter);
    let _ = tracing_subscriber::registry().with(lines).with(telemetry.map(Telemetry::layer)).try_init();
}
