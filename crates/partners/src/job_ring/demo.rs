//! A program for `--demo`.

use super::program::{Milestone, Program, Reward};
use crate::Partners;
use serde_json::json;

impl Partners {
    pub(crate) async fn fill_job_ring(&self) -> db::Result<()> {
        self.set_jr_setting("company", "Northwind Robotics").await?;
        self.set_jr_setting("website", "https://northwind.example").await?;
        self.set_jr_setting("about", "We build robots that work beside people. Most of us came because somebody we trust works here.").await?;
        let earns = |hired: i64, interview: i64| {
            let milestone = |status: &str, amount: i64| Milestone { status: status.to_owned(), amount };
            [milestone("interview", interview), milestone("hired", hired)].into_iter().filter(|m| m.amount > 0).collect()
        };
        let program = Program {
            internal: Reward { milestones: earns(150_000, 10_000), ..Reward::default() },
            external: Reward { milestones: earns(75_000, 0), waiting_days: 120, ..Reward::default() },
            ..Program::default()
        };
        self.set_jr_setting("program", &json!(program).to_string()).await
    }
}
