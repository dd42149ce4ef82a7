//! The command line does what the console does, beside a running server, and speaks JSON to programs.

use crate::world::{World, on_both};
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

impl World {
    /// Runs `fulcrum hub …`: whether it went well, and what it printed.
    fn hub_verb(&self, words: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fulcrum"));
        command.arg("hub").args(words).args(["--log", "error", "--data"]).arg(&self.folder).env("FULCRUM_ALLOW_LOOPBACK", "true");
        if let Some(url) = self.database_url() {
            command.args(["--database-url", &url]);
        }
        let done = command.output().unwrap();
        let said = if done.status.success() { done.stdout } else { done.stderr };
        (done.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    fn hub_json(&self, words: &[&str]) -> Value {
        let (well, said) = self.hub_verb(&[words, &["--json"]].concat());
        assert!(well, "{words:?}: {said}");
        serde_json::from_str(&said).unwrap_or_else(|e| panic!("{words:?}: {e}: {said}"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_thing_the_console_does_has_a_verb() {
    on_both(async |w| {
        // The verbs ask the machine for the time; the world's clock comes along.
        let machine = clock::Clock::of_this_machine().now();
        let month = Duration::from_secs(30 * 86_400);
        while w.clock.now() < machine {
            w.later(month.min(machine.since(w.clock.now()) + Duration::from_secs(600))).await;
        }
        let priya = w.candidate("Priya Raman").await;
        w.hire(&priya).await;
        w.drain().await;
        let connections = w.hub_json(&["connections"]);
        assert_eq!(connections["data"][0]["connector"], "hr-cloud");
        assert!(w.hub_verb(&["connection", "hr-cloud"]).1.contains("done  Connected with Lever"));

        let holds = w.hub_json(&["holds"]);
        let cause = holds["data"][0]["cause"].as_str().unwrap();
        assert_eq!(cause, "HR Cloud has no position \"Technical Writer\"");
        let (_, people) = w.hub_verb(&["holds"]);
        assert!(people.contains("--way create  Create it and go on"), "{people}");
        assert!(w.hub_verb(&["holds", "--mend", cause, "--way", "create"]).1.contains("Created in HR Cloud: position \"Technical Writer\"."));
        w.drain().await;
        assert_eq!(w.employees("priya.raman@mail.example").await.len(), 1);

        assert_eq!(w.hub_json(&["set", "hr-cloud", "update", "overwrite"])["settings"][3]["value"], "overwrite");
        let (well, why) = w.hub_verb(&["set", "hr-cloud", "update", "sometimes"]);
        assert!(!well && why.contains("A setting makes no sense"), "{why}");
        assert!(w.hub_verb(&["set", "nothing", "update", "leave"]).1.contains("there is no connection \"nothing\"; there are: hr-cloud"));

        let trial = w.hub_json(&["import", "hr-cloud", "--dry-run"]);
        w.drain().await;
        let report = w.hub_json(&["report", trial["id"].as_str().unwrap()]);
        assert_eq!((&report["import"]["state"], &report["people"][0]["outcome"]), (&Value::from("done"), &Value::from("unchanged")));
        let run = w.hub_json(&["replay", "--state", "done"])["data"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(w.hub_json(&["cancel", &run])["state"], "cancelled");
        assert_eq!(w.hub_json(&["retry", &run])["state"], "working");
        w.drain().await;
        assert!(w.hub_verb(&["imports", "hr-cloud"]).1.contains("1 unchanged"));
        assert!(w.hub_verb(&["replay"]).1.contains("say whom"));

        assert_eq!(w.hub_json(&["hires", "-q", "priya"])["data"][0]["opportunity"], Value::from(priya.as_str()));
        assert!(w.hub_verb(&["hire", &priya]).1.contains("told  candidateHired"));
        assert!(w.hub_verb(&["events", "--limit", "1"]).1.contains("candidateHired"));
        assert!(w.hub_verb(&["reconcile", "hr-cloud"]).0);
        let made = w.hub_json(&["notices", "--add", "http://127.0.0.1:9/x", "--kind", "hold.opened"]);
        assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
        assert!(w.hub_verb(&["notices", "--remove", made["id"].as_str().unwrap()]).0);
        assert!(w.hub_verb(&["erase", &priya]).1.contains("Forgotten"));
        w.drain().await;
        assert!(w.hub_verb(&["hire", &priya]).1.contains("There is no hire"));
        assert_eq!(w.hub_json(&["disconnect", "hr-cloud"])["state"], "disconnected");
    })
    .await;
}

/// COM-17: what is wrong is told, and the secret in it is not.
#[test]
fn com_17_an_address_with_a_secret_that_makes_no_sense_is_refused_without_repeating_it() {
    for (setting, value) in [
        ("FULCRUM_S3_URL", "https://key:a-secret@host/"),
        ("FULCRUM_SMTP_URL", "nonsense://user:a-secret@host"),
        ("FULCRUM_DATABASE_URL", "mysql://user:a-secret@host/database"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fulcrum"));
        command.args(["serve", "--data", "/nowhere"]).env(setting, value).env("FULCRUM_MAIL_FROM", "people@northwind.example");
        let done = command.output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!done.status.success(), "{setting}");
        assert!(said.contains(&setting.trim_start_matches("FULCRUM_").to_lowercase()) || said.contains("mail server"), "{said}");
        assert!(!said.contains("a-secret"), "{said}");
    }
}
