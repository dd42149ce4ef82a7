//! Set-up that checks itself: each step turns green by being observed, and says where to mend it until then.

use crate::Hub;
use crate::connections::Connection;
use crate::jobs::has_stages;
use crate::read::Reader;
use clock::{Ms, Tick};
use connector::{AnyConnector, Kind, Need, Whom};
use db::{Sql, params};
use endpoint::Verb;
use outbound::{Failure, Remote};
use pipeline::{NewJob, Priority};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The kind of job that tries every permission.
pub const PROBE: &str = "probe";
/// Permissions can be taken away again.
pub const PROBE_DAILY: &str = "probe/86400";

/// The job that tries every permission.
pub fn probe_job(connection: &str, now: Ms) -> NewJob {
    NewJob {
        connection: connection.to_owned(),
        kind: PROBE.to_owned(),
        subject: PROBE.to_owned(),
        payload: Value::Null,
        priority: Priority::Usual,
        run_at: now,
    }
}

/// What was found when the permissions were tried.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checks {
    /// When.
    pub at: i64,
    /// Permissions Lever refused, as it calls them, each with what breaks.
    pub missing: Vec<Missing>,
    /// Why the partner does not let us in; none: it does.
    pub partner: Option<String>,
    /// Whether this credential sees what is confidential; none: that was not asked.
    #[serde(default)]
    pub confidential: Option<bool>,
}

/// A permission that is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Of an API key.
    pub permission: String,
    /// Of a token.
    pub scope: String,
    /// What cannot be done without it.
    pub to: String,
}

/// One step of the set-up.
pub struct Step {
    /// What should be so.
    pub what: String,
    /// Whether it was seen to be so.
    pub state: Seen,
    /// What was seen, or who can mend it where.
    pub how: String,
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It was seen.
    Good,
    /// It was not seen yet.
    NotYet,
    /// It was seen not to be so.
    Bad,
}

impl Seen {
    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "done",
            Self::NotYet => "waiting",
            Self::Bad => "wrong",
        }
    }
}

impl Hub {
    /// Tries every permission the connector needs, and the partner, and remembers what came of it.
    pub(crate) async fn probe(&self, connection: &Connection, connector: &dyn AnyConnector, lever: &Remote, partner: &Remote) -> Result<(), Failure> {
        let mut missing = Vec::new();
        for need in wanted(connector, &connection.settings) {
            if !may(lever, need).await? {
                missing.push(Missing { permission: need.access.permission.into(), scope: need.access.scope.into(), to: need.to.into() });
            }
        }
        let confidential = match connector.spec().mirror {
            Some(_) => Some(Reader { lever, memo: &self.memo(connection), asked: Tick::next(), more: &[] }.sees_confidential().await?),
            None => None,
        };
        let checks = Checks { at: self.clock.now().0, missing, partner: connector.check(partner).await.err(), confidential };
        let json = serde_json::to_string(&checks).unwrap_or_default();
        let sql = "update connection set checks = $1 where tenant = $2 and id = $3 and connected_at = $4";
        let values = params![json, connection.tenant.as_str(), connection.id.as_str(), connection.connected_at.0];
        self.db.run(sql, values).await.map_err(|e| Failure::NotSent(e.to_string()))?;
        if connection.checks.as_ref().is_none_or(|before| Checks { at: checks.at, ..before.clone() } != checks) {
            self.lobby.changed();
        }
        Ok(())
    }

    /// The steps of a connection's set-up, in the order in which a person takes them.
    pub(crate) async fn setup(&self, connection: &Connection, connector: &dyn AnyConnector) -> db::Result<Vec<Step>> {
        let spec = connector.spec();
        let step = |what: &str, state, how: String| Step { what: what.to_owned(), state, how };
        let mut steps = Vec::new();
        let checks = connection.checks.clone().unwrap_or_default();
        let again = if connection.access_until.is_some() { "connect again" } else { "make a new API key with it, and connect with that" };
        steps.push(match (connection.connected, connection.access_until.is_some()) {
            (true, true) => step("Connected with Lever", Seen::Good, "A Super Admin pressed Accept on Lever's consent page.".into()),
            (true, false) => step("Connected with Lever", Seen::Good, "Lever accepts the API key.".into()),
            (false, _) if connection.token_only => {
                let how = "There is a signature token, and nobody has signed in with Lever: it tells that somebody was hired, but not who.";
                step("Connected with Lever", Seen::NotYet, how.into())
            }
            (false, _) => step("Connected with Lever", Seen::Bad, connection.notice.clone().unwrap_or_default()),
        });
        steps.push(if checks.at == 0 {
            step("Every permission that is needed", Seen::NotYet, "They are being tried.".into())
        } else if checks.missing.is_empty() {
            step("Every permission that is needed", Seen::Good, format!("All {} were tried.", wanted(connector, &connection.settings).count()))
        } else {
            let lacking = |m: &Missing| {
                format!("\"{}\": without it {} cannot {}", if connection.access_until.is_some() { &m.scope } else { &m.permission }, spec.name, m.to)
            };
            let lacking = checks.missing.iter().map(lacking).collect::<Vec<_>>().join("; ");
            step("Every permission that is needed", Seen::Bad, format!("Lever refuses {lacking}. A Super Admin can {again}."))
        });
        if let Some(sees) = checks.confidential {
            steps.push(if sees {
                step("Access to confidential data", Seen::Good, "Lever shows what is confidential.".into())
            } else {
                let how = "Confidential postings and their candidates stay out of sight. \"Allow access to confidential data\" can only be switched on for a new API key; connect with that.";
                step("Access to confidential data", Seen::Bad, how.into())
            });
        }
        steps.push(match &checks.partner {
            Some(why) => step(&format!("{} lets us in", spec.name), Seen::Bad, why.clone()),
            None if checks.at > 0 => step(&format!("{} lets us in", spec.name), Seen::Good, "It answered to our credential.".into()),
            None => step(&format!("{} lets us in", spec.name), Seen::NotYet, "It is being asked.".into()),
        });
        if connector.is_live(&connection.settings) {
            let webhooks = self.webhooks(connection).await?;
            let menu = "Settings > Integrations and API > Webhooks";
            for webhook in &webhooks {
                steps.push(if connection.token_only {
                    step(
                        &format!("A webhook for \"{}\"", webhook.event),
                        Seen::NotYet,
                        format!("In Lever, under {menu}, add the address {}.", webhook.url),
                    )
                } else if webhook.made {
                    step(&format!("A webhook for \"{}\"", webhook.event), Seen::Good, "Made in Lever by itself.".into())
                } else {
                    step(&format!("A webhook for \"{}\"", webhook.event), Seen::NotYet, "It is being made in Lever.".into())
                });
                let what = format!("\"{}\" is switched on in Lever", webhook.event);
                steps.push(if webhook.heard_at.is_some() {
                    step(&what, Seen::Good, "An event came.".into())
                } else {
                    step(&what, Seen::NotYet, format!("It shows with the first event. A Super Admin can switch it on: in Lever, {menu}. Until then {} are found within a minute, by looking.", spec.whom.newcomers()))
                });
            }
            if let Some(first) = webhooks.first() {
                steps.push(if webhooks.iter().any(|webhook| webhook.refused) {
                    let how =
                        "Deliveries came whose signature does not fit, and were refused. If the token was regenerated in Lever, enter the new one.";
                    step("Lever reaches this hub", Seen::Bad, how.into())
                } else if webhooks.iter().any(|webhook| webhook.heard_at.or(webhook.tested_at).is_some()) {
                    step("Lever reaches this hub", Seen::Good, "A signed delivery came.".into())
                } else {
                    let how = format!("To try it: in Lever, {menu}, press Verify connection beside \"{}\".", first.event);
                    step("Lever reaches this hub", Seen::NotYet, how)
                });
            }
        }
        if spec.fields.iter().any(|field| field.kind == Kind::Stages) {
            steps.push(if has_stages(spec, &connection.settings) {
                step("Stages are chosen", Seen::Good, "Whoever is moved to one of them is this connection's business.".into())
            } else {
                let how = format!(
                    "No stage of the pipeline is called {}, and none is chosen. Add one in Lever, under Settings > Pipeline, or choose others on the page Jobs.",
                    spec.name
                );
                step("Stages are chosen", Seen::Bad, how)
            });
        }
        if spec.map.is_some() {
            steps.push(match connector.lacks(&connection.settings) {
                Some(why) => step("Stages are mapped", Seen::NotYet, why),
                None if connection.unmatched == 0 => step("Stages are mapped", Seen::Good, "Every stage and archive reason means something.".into()),
                None => {
                    let how =
                        format!("{} of Lever's stages and archive reasons mean nothing yet: whoever reaches one waits there.", connection.unmatched);
                    step("Stages are mapped", Seen::NotYet, how)
                }
            });
        }
        if !spec.lists.is_empty() {
            let compared = "select 1 as one from known_name where tenant = $1 and connection = $2 limit 1";
            let compared = self.db.row(compared, params![connection.tenant.as_str(), connection.id.as_str()]).await?.is_some();
            steps.push(if !compared {
                step(
                    "Names lead somewhere",
                    Seen::NotYet,
                    format!("Lever's names are compared with {}'s within the hour, as soon as Lever has a posting.", spec.name),
                )
            } else if connection.unmatched == 0 {
                step("Names lead somewhere", Seen::Good, format!("Every name Lever's postings use has an entry in {}.", spec.name))
            } else {
                step(
                    "Names lead somewhere",
                    Seen::NotYet,
                    format!(
                        "{} of Lever's names have no entry in {}: {}. They are matched where the names of both sides are compared.",
                        connection.unmatched,
                        spec.name,
                        spec.unmatched()
                    ),
                )
            });
        }
        let sql = "select count(*) as n from link where tenant = $1 and connection = $2";
        let row = self.db.row(sql, params![connection.tenant.as_str(), connection.id.as_str()]).await?;
        let written = row.map_or(Ok(0), |row| row.int("n"))?;
        steps.push(if written > 0 {
            step(&format!("A record written to {}", spec.name), Seen::Good, format!("{written} so far."))
        } else {
            let how = match (
                spec.whom == Whom::Hires && connector.is_live(&connection.settings),
                connector.imports_daily(&connection.settings).is_some(),
            ) {
                (true, _) => "Hire somebody in Lever, or import.",
                (false, true) => "It comes with the next Automatic Import, or import now.",
                (false, false) if spec.arrivals.is_some() => "It comes with the first who is sent to Lever.",
                (false, false) if spec.whom == Whom::Candidates => "Move somebody to one of the stages in Lever.",
                (false, false) => "Import, or switch on under Settings that new hires are told of.",
            };
            step(&format!("A record written to {}", spec.name), Seen::NotYet, how.into())
        });
        Ok(steps)
    }
}

/// What is needed with these settings.
fn wanted<'a>(connector: &'a dyn AnyConnector, settings: &Value) -> impl Iterator<Item = &'static Need> + use<'a> {
    let more = connector.more(settings);
    connector.spec().needs.iter().filter(move |need| need.only.is_none_or(|only| more.contains(&only)))
}

/// Whether Lever lets us call this. It is called so that nothing can come of it: about a record that does not exist, or
/// with nothing in it. Whatever Lever says besides 403 means that we may.
async fn may(lever: &Remote, need: &Need) -> Result<bool, Failure> {
    let nobody = uuid::Uuid::new_v4().to_string();
    let path = need.path.split('/').map(|part| if part.starts_with('{') { nobody.as_str() } else { part }).collect::<Vec<_>>().join("/");
    let (query, body) = match need.verb {
        Verb::Get => (Some("limit=1"), Vec::new()),
        Verb::Delete => (None, Vec::new()),
        Verb::Post | Verb::Put | Verb::Patch => (None, b"{}".to_vec()),
    };
    match lever.raw(need.verb, &path, query, body).await {
        Err(failure) if failure.status() == Some(403) => Ok(false),
        Err(failure) if failure.status() == Some(401) || failure.may_pass() || failure.status().is_none() => Err(failure),
        Ok(_) | Err(_) => Ok(true),
    }
}
