//! What reviewers think of an interview: for pages, for the API, and as a summary on paper.

use super::interviews::{Interview, State};
use super::kits::Kind;
use crate::Partners;
use clock::Ms;
use db::{Row, Sql, params};
use jobma_api::{Evaluation, Review};
use paper::Paper;

/// What can be recommended: in the API, in words, and how it looks.
pub const RECOMMEND: [(&str, &str, &str); 3] = [("yes", "Go on with them", "good"), ("maybe", "Not sure", "wait"), ("no", "Do not go on", "bad")];

/// In words.
pub fn recommended(value: &str) -> &'static str {
    RECOMMEND.iter().find(|(known, ..)| *known == value).map_or("", |(_, words, _)| words)
}

/// How an interview was evaluated so far, in a sentence: `4.5 of 5 by 2 reviewers`.
pub fn mean(evaluation: &Evaluation) -> String {
    format!("{:.1} of 5 by {}", evaluation.stars, web::ui::count(evaluation.reviews.len(), "reviewer"))
}

/// What the summary is called.
pub fn report_name(interview: &Interview) -> String {
    format!("Interview {}.pdf", interview.name())
}

impl Partners {
    /// What reviewers think, in the order in which they said it.
    pub(crate) async fn evaluation(&self, interview: &str) -> db::Result<Evaluation> {
        let sql = "select r.*, a.email from jm_rating r left join account a on a.id = r.reviewer where r.interview = $1 order by r.at, r.reviewer";
        let read = |row: &Row| {
            Ok(Review {
                reviewer: row.text("reviewer")?,
                name: row.text("name")?,
                email: row.get::<Option<String>>("email")?.unwrap_or_default(),
                stars: row.int("stars")?,
                recommendation: row.text("recommend")?,
                comment: row.text("comment")?,
                at: row.int("at")?,
            })
        };
        let reviews = self.db.rows(sql, params![interview]).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?;
        let stars = reviews.iter().map(|r| r.stars as f64).sum::<f64>() / reviews.len().max(1) as f64;
        Ok(Evaluation { stars, reviews })
    }

    /// When somebody last said what they think, ms; none: nobody did.
    pub(crate) async fn reviewed_at(&self, db: &impl Sql, interview: &str) -> db::Result<Option<i64>> {
        let row = db.row("select max(at) as at from jm_rating where interview = $1", params![interview]).await?;
        Ok(row.map(|row| row.get::<Option<i64>>("at")).transpose()?.flatten())
    }

    /// Keeps what a reviewer thinks, in place of what they thought before; others are told.
    pub(crate) async fn review(&self, interview: &Interview, review: &Review) -> db::Result<()> {
        let tx = self.db.begin().await?;
        // Later than everything said before, so that whoever is told knows which is newer.
        let at = self.clock.now().0.max(self.reviewed_at(&tx, &interview.id).await?.unwrap_or(0) + 1);
        let sql = "insert into jm_rating (interview, reviewer, name, stars, recommend, comment, at) values ($1, $2, $3, $4, $5, $6, $7) \
                   on conflict (interview, reviewer) do update set stars = excluded.stars, recommend = excluded.recommend, comment = excluded.comment, \
                   at = excluded.at";
        let (id, r) = (interview.id.as_str(), review);
        tx.run(sql, params![id, r.reviewer.as_str(), r.name.as_str(), r.stars, r.recommendation.as_str(), r.comment.as_str(), at]).await?;
        self.tell_later(&tx, interview, &format!("reviewed/{at}")).await?;
        tx.commit().await?;
        self.told_and_seen();
        Ok(())
    }

    /// The summary on paper: who, which job, what was rated and recommended, what was asked and answered in words.
    pub(crate) async fn report(&self, interview: &Interview) -> db::Result<Vec<u8>> {
        let evaluation = self.evaluation(&interview.id).await?;
        let answers = self.answers(&self.db, &interview.id).await?;
        let mut paper = Paper::new(&format!("Video interview: {}", interview.name()));
        paper.text(&format!("{} · {}", interview.job_title, interview.kit_name));
        paper.text(&match (interview.state, interview.ended_at) {
            (State::Completed, Some(at)) => format!("Completed on {} (UTC).", web::date(at)),
            _ => format!("Invited on {} (UTC), not completed.", web::date(interview.created_at)),
        });
        paper.text(&format!("Watch and evaluate: {}", self.results_url(interview)));
        paper.heading("Evaluation");
        if evaluation.reviews.is_empty() {
            paper.text("Nobody has rated it yet.");
        } else {
            paper.text(&format!("{}.", mean(&evaluation)));
        }
        for review in &evaluation.reviews {
            let when = web::date(Ms(review.at));
            paper.text(&format!("{}, {when}: {} of 5. {}.", review.name, review.stars, recommended(&review.recommendation)));
            paper.said(&review.comment);
        }
        for (n, question) in interview.questions.iter().enumerate() {
            paper.heading(&format!("Question {}: {}", n + 1, question.body));
            match answers.iter().find(|a| a.question == question.id && a.kept) {
                None => paper.said("Not answered, or deleted since."),
                Some(_) if question.kind == Kind::Video => paper.said("Answered as a video."),
                Some(_) if question.kind == Kind::Audio => paper.said("Answered as a recording."),
                Some(answer) => paper.said(&answer.body),
            }
        }
        // Drawing takes its time; others are served meanwhile.
        let written = tokio::task::spawn_blocking(move || paper.finish()).await.map_err(|e| e.to_string()).and_then(|written| written);
        written.map_err(|why| db::Error::new(format!("a summary cannot be written: {why}")))
    }
}
