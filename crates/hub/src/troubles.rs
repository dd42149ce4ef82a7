//! Troubles: whatever somebody should know of now, each with who can mend it and where. The overview begins with them, and
//! `fulcrum doctor` tells them.

use crate::Hub;
use crate::connections::Connection;
use clock::Ms;
use connector::Whom;
use db::{Sql, params};
use post::NOTICE;
use std::time::Duration;

/// Something that is not as it should be.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// Whether it stops work, or only may.
    pub grave: bool,
    /// In a few words.
    pub what: String,
    /// Why, who can mend it, and where.
    pub why: String,
    /// What the link says, and where it leads.
    pub mend: (&'static str, String),
    /// Work of this connection is tried again and again; one click tries it now.
    pub retry: Option<String>,
}

/// How long ago refused deliveries still matter.
const LATELY: Duration = Duration::from_secs(86_400);

impl Hub {
    /// Everything, what is grave first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn troubles(&self, tenant: &str) -> db::Result<Vec<Trouble>> {
        let mut all = Vec::new();
        for connection in self.connections(tenant).await? {
            self.of_connection(&connection, &mut all).await?;
        }
        self.refused(tenant, &mut all).await?;
        all.sort_by_key(|trouble| !trouble.grave);
        Ok(all)
    }

    async fn of_connection(&self, c: &Connection, all: &mut Vec<Trouble>) -> db::Result<()> {
        let Some(spec) = self.connector(&c.connector).map(|connector| connector.spec()) else { return Ok(()) };
        let page = format!("/connections/{}", c.id);
        let mut add = |grave, what: String, why: String, mend: (&'static str, String)| all.push(Trouble { grave, what, why, mend, retry: None });
        if !c.connected {
            add(true, format!("{} is not connected", spec.name), c.notice.clone().unwrap_or_default(), ("Mend it", page));
            return Ok(());
        }
        let checks = c.checks.clone().unwrap_or_default();
        for lacking in &checks.missing {
            let why = format!("The permission \"{}\" is missing. A Super Admin in Lever can give it.", lacking.permission);
            add(true, format!("Lever does not allow {} to {}", spec.name, lacking.to), why, ("Mend it", page.clone()));
        }
        if let Some(why) = &checks.partner {
            add(true, format!("{} does not let us in", spec.name), why.clone(), ("Mend it", page.clone()));
        }
        if let Some(why) = self.silent(c, &self.webhooks(c).await?) {
            add(false, format!("Lever is silent towards {}", spec.name), why, ("See the set-up", page.clone()));
        }
        if let Some(why) = self.connector(&c.connector).and_then(|connector| connector.lacks(&c.settings)) {
            add(false, format!("{} waits for its mapping", spec.name), why, ("Map the stages", format!("{page}/stage-map")));
        } else if c.unmatched > 0 && spec.map.is_some() {
            let n = if c.unmatched == 1 { "1 stage or archive reason".to_owned() } else { format!("{} stages and archive reasons", c.unmatched) };
            let why = "Whoever reaches one of them waits there until somebody says what it means.".to_owned();
            add(false, format!("{n} of Lever without a meaning in {}", spec.name), why, ("Map them", format!("{page}/stage-map")));
        } else if c.unmatched > 0 {
            let what = if c.unmatched == 1 { "1 name in Lever leads".to_owned() } else { format!("{} names in Lever lead", c.unmatched) };
            let why = format!("Until they are matched, {}.", spec.unmatched());
            add(false, format!("{what} nowhere in {}", spec.name), why, ("Match them", format!("{page}/names")));
        }
        let sql = "select count(*) as n, min(tried_since) as since, max(why) as why from effect \
                   where tenant = $1 and connection = $2 and state = 'ready' and attempts > 0 and why is not null and kind <> $3";
        if let Some(row) = self.db.row(sql, params![c.tenant.as_str(), c.id.as_str(), NOTICE]).await?
            && row.int("n")? > 0
        {
            let (n, since) = (row.int("n")?, Ms(row.get::<Option<i64>>("since")?.unwrap_or(0)));
            let what = match (spec.whom, n) {
                (Whom::Hires, 1) => format!("1 hire does not reach {}", spec.name),
                (Whom::Hires, n) => format!("{n} hires do not reach {}", spec.name),
                (Whom::Candidates, 1) => format!("Something about 1 candidate cannot be done for {}", spec.name),
                (Whom::Candidates, n) => format!("{n} things about candidates cannot be done for {}", spec.name),
            };
            let since = web::moment_in_words(since, self.clock.now());
            let why = format!("Tried since {since}, and again by itself; nothing is lost. {}", row.get::<Option<String>>("why")?.unwrap_or_default());
            all.push(Trouble { grave: true, what, why, mend: ("See them", "/hires?state=waiting".to_owned()), retry: Some(c.id.clone()) });
        }
        Ok(())
    }

    /// Deliveries that were refused lately, by why.
    async fn refused(&self, tenant: &str, all: &mut Vec<Trouble>) -> db::Result<()> {
        let sql = "select what, max(why) as why, count(*) as n, max(at) as last from audit \
                   where tenant = $1 and at > $2 and (substr(what, 1, 10) = 'delivery: ' or what = $3) group by what order by what";
        for row in self.db.rows(sql, params![tenant, self.clock.now().minus(LATELY).0, crate::callbacks::WRONG_SECRET]).await? {
            let (n, what) = (row.int("n")?, row.text("what")?);
            let last = web::moment_in_words(Ms(row.int("last")?), self.clock.now());
            let clock = matches!(what.as_str(), "delivery: from the future" | "delivery: too old");
            let called_back = what == crate::callbacks::WRONG_SECRET;
            let mend = if called_back {
                " If it was the partner, the secret agreed with it is another by now: whoever administers the partner can tell it, and whoever operates \
                 this hub enters it with \"Replace the credential\". How things stand there is asked for every six hours all the same."
            } else if clock {
                " If this goes on, the clock of this machine and Lever's differ: whoever operates it can set it right (timedatectl). Whom such a delivery \
                 told of is found within a minute all the same."
            } else {
                ""
            };
            all.push(Trouble {
                grave: false,
                what: match (called_back, n) {
                    (true, 1) => "1 call of a partner was refused".to_owned(),
                    (true, n) => format!("{n} calls of partners were refused"),
                    (false, 1) => "1 delivery was refused".to_owned(),
                    (false, n) => format!("{n} deliveries were refused"),
                },
                why: format!("The last {last}: {}{mend}", row.text("why")?),
                mend: ("See them", if called_back { "/audit?q=callback" } else { "/audit?q=delivery" }.to_owned()),
                retry: None,
            });
        }
        Ok(())
    }

    /// Everything of a connection that waits for its next try is tried now; how much that is.
    pub(crate) async fn try_now(&self, tenant: &str, connection: &str, by: &str) -> db::Result<u64> {
        let now = self.clock.now().0;
        let tx = self.db.begin().await?;
        let sql = "update effect set run_at = $1 where tenant = $2 and connection = $3 and state = 'ready' and attempts > 0 and run_at > $1";
        let n = tx.run(sql, params![now, tenant, connection]).await?;
        self.audit(&tx, tenant, by, "connection: tried now", &format!("{n} that waited for their next try are tried now.")).await?;
        tx.commit().await?;
        self.committed();
        Ok(n)
    }
}
