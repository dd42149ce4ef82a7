//! Interview kits for `--demo`.

use super::kits::{Kind, Kit, Question};
use crate::Partners;

/// Kind, question, what to choose from, seconds to think and to answer, takes.
type Asked = (Kind, &'static str, &'static [&'static str], i64, i64, i64);

const SHORT: [Asked; 2] = [
    (Kind::Video, "Tell us about something you made that others still use.", &[], 30, 120, 2),
    (Kind::Essay, "What would you want to learn in your first month?", &[], 0, 0, 1),
];

const ENGINEERS: [Asked; 4] = [
    (Kind::Video, "Which bug taught you most, and what did it teach you?", &[], 30, 180, 2),
    (Kind::Choice, "A queue grows without end. What do you do first?", &["Add more workers", "Find out what fills it", "Make it longer"], 0, 0, 1),
    (Kind::Code, "Write a function that tells whether two words are anagrams, in a language of your choice.", &[], 0, 0, 1),
    (Kind::Audio, "Explain to a new colleague what a race condition is.", &[], 15, 90, 3),
];

impl Partners {
    pub(crate) async fn fill_jobma(&self) -> db::Result<()> {
        self.set_jm_setting("company", "Northwind Robotics").await?;
        self.set_jm_setting("support", "support@jobma.example").await?;
        for (name, questions) in [("First conversation", &SHORT[..]), ("Engineers", &ENGINEERS[..])] {
            let id = uuid::Uuid::new_v4().to_string();
            let intro = "There are no trick questions. Take your time, and try the camera first.".to_owned();
            let kit = Kit { id: id.clone(), name: name.to_owned(), intro, due_days: 14, questions: Vec::new() };
            self.put_kit(&kit).await?.map_err(db::Error::new)?;
            for &(kind, body, options, think_s, answer_s, takes) in questions {
                let options = options.iter().map(|o| (*o).to_owned()).collect();
                let q = Question { id: uuid::Uuid::new_v4().to_string(), kind, body: body.to_owned(), options, think_s, answer_s, takes };
                self.put_question(&id, &q).await?.map_err(db::Error::new)?;
            }
        }
        Ok(())
    }
}
