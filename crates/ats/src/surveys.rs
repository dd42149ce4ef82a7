//! Diversity surveys: what applicants are asked of their own choice. The answers stand in a table of their own, which no page
//! and no operation shows.

use crate::Ats;
use crate::access::Caller;
use crate::profiles::text_of;
use crate::refusal::{Refusal, Result};
use db::{Row, Sql, params};
use lever_api::{Countries, DiversitySurvey, FindDiversitySurvey, FormField, List, Posting};
use serde_json::Value;
use std::sync::Arc;

pub async fn find(ats: Ats, caller: Arc<Caller>, request: FindDiversitySurvey) -> Result<List<DiversitySurvey>> {
    let posting = ats.posting_for(&caller, request.posting.as_str()).await?;
    let lives = request.query.country_code.map(|code| code.to_uppercase());
    let fits = |survey: &DiversitySurvey| {
        let holds = |countries: &Option<Countries>, code: Option<&String>| {
            countries.as_ref().is_some_and(|c| code.is_none_or(|code| c.country_codes.contains(code)))
        };
        // Without a country of theirs, whoever applies may live anywhere.
        holds(&survey.candidate_locations, lives.as_ref()) || holds(&survey.posting_locations, posting.country.as_ref())
    };
    Ok(List::whole(ats.surveys().await?.into_iter().filter(fits).collect()))
}

fn read(row: &Row) -> db::Result<DiversitySurvey> {
    let countries = Some(Countries { country_codes: row.held("countries")? });
    let by_posting: bool = row.get("by_posting")?;
    let (posting_locations, candidate_locations) = if by_posting { (countries, None) } else { (None, countries) };
    Ok(DiversitySurvey {
        id: row.text("id")?,
        created_at: row.int("created_at")?,
        updated_at: row.int("updated_at")?,
        text: row.text("text")?,
        instructions: row.text("instructions")?,
        candidate_locations,
        posting_locations,
        fields: row.held("fields")?,
    })
}

impl Ats {
    /// All of them, by title.
    pub(crate) async fn surveys(&self) -> db::Result<Vec<DiversitySurvey>> {
        self.db.rows("select * from survey order by lower(text), id", vec![]).await?.iter().map(read).collect()
    }

    /// Those for applicants to this posting, as far as it says where it is.
    pub(crate) async fn surveys_there(&self, posting: &Posting) -> db::Result<Vec<DiversitySurvey>> {
        let here = |countries: &Countries| posting.country.as_ref().is_some_and(|country| countries.country_codes.contains(country));
        let fits = |survey: &DiversitySurvey| survey.posting_locations.as_ref().or(survey.candidate_locations.as_ref()).is_some_and(here);
        Ok(self.surveys().await?.into_iter().filter(fits).collect())
    }

    /// Makes a survey of these questions, each with its options; for who lives in these countries, or for postings there.
    pub(crate) async fn add_survey(&self, survey: &DiversitySurvey) -> db::Result<()> {
        let (countries, by_posting) = match (&survey.posting_locations, &survey.candidate_locations) {
            (Some(countries), _) => (countries.country_codes.as_slice(), true),
            (None, countries) => (countries.as_ref().map_or(&[][..], |c| c.country_codes.as_slice()), false),
        };
        let now = self.clock.now().0;
        let sql =
            format!("insert into survey (id, text, instructions, countries, by_posting, fields, created_at, updated_at) values {}", db::values(1, 8));
        let (id, fields) = (uuid::Uuid::new_v4().to_string(), text_of(&survey.fields));
        let values = params![id, survey.text.as_str(), survey.instructions.as_str(), text_of(&countries), by_posting, fields, now, now];
        self.db.run(&sql, values).await.map(drop)
    }

    /// Takes a survey away; what was answered stays.
    pub(crate) async fn drop_survey(&self, id: &str) -> db::Result<()> {
        self.db.run("delete from survey where id = $1", params![id]).await.map(drop)
    }

    /// Keeps what an applicant answered: `{surveyId, responses: [{questionId, answer}]}`.
    pub(crate) async fn answer_survey(&self, tx: &impl Sql, opportunity: &str, application: &str, answers: &Value) -> Result<()> {
        let (id, responses) = (answers["surveyId"].as_str().unwrap_or_default(), &answers["responses"]);
        let sql = "insert into survey_answer (application_id, opportunity_id, survey_id, answers, created_at) values ($1, $2, $3, $4, $5)";
        tx.run(sql, params![application, opportunity, id, text_of(responses), self.clock.now().0]).await?;
        Ok(())
    }

    /// The survey these are answers to, each to one of its questions.
    pub(crate) async fn survey_of(&self, answers: &Value) -> Result<DiversitySurvey> {
        let id = answers["surveyId"].as_str().ok_or_else(|| Refusal::bad_request("diversitySurvey: surveyId is required"))?;
        let row = self.db.row("select * from survey where id = $1", params![id]).await?;
        let survey = row.map(|row| read(&row)).transpose()?;
        let survey = survey.ok_or_else(|| Refusal::bad_request(format!("diversitySurvey: there is no survey {id}")))?;
        let responses = answers["responses"].as_array().map(Vec::as_slice).unwrap_or_default();
        let known = |answer: &Value| survey.fields.iter().any(|field: &FormField| Some(field.id.as_str()) == answer["questionId"].as_str());
        if !responses.iter().all(known) {
            return Err(Refusal::bad_request("diversitySurvey: one of the responses is to no question of the survey"));
        }
        Ok(survey)
    }
}
