//! Real input in a real browser: public job boards of two companies. `FULCRUM_TEST_BOARDS` names a folder with whole
//! copies; those kept here are without the advertisements' prose.

use anyhow::{Context, Result};
use e2e::{Demo, Person};
use serde_json::Value;
use std::path::PathBuf;

#[allow(clippy::disallowed_methods, reason = "tests learn here where the whole boards are")]
fn boards() -> PathBuf {
    std::env::var("FULCRUM_TEST_BOARDS")
        .map_or_else(|_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/fulcrum/tests/boards")), PathBuf::from)
}

#[tokio::test]
async fn whoever_is_hired_onto_a_real_boards_posting_arrives_with_its_real_position_department_location_and_work_type() -> Result<()> {
    let demo = Demo::start()?;
    let person = Person::sits_down(1280, 900, false).await?;
    for (n, (board, name)) in [("board-a", "Hedwig Eva Maria Kiesler"), ("board-a-modern", "Katherine Coleman Johnson")].into_iter().enumerate() {
        let file = boards().join(format!("{board}.json"));
        demo.runs(&["ats", "load-board", file.to_str().context("a path")?])?;
        let postings: Vec<Value> = serde_json::from_slice(&std::fs::read(&file)?)?;
        let text = |value: &Value| value.as_str().map(|text| text.trim().to_owned());
        let categories = &postings[0]["categories"];
        let title = text(&postings[0]["text"]).context("a title")?;

        person.opens(&format!("{}candidates/new", demo.ats)).await?;
        if n == 0 {
            person.signs_in("ines@northwind.example").await?;
            person.reads("Add Candidate").await?;
            person.opens(&format!("{}candidates/new", demo.ats)).await?;
        }
        person.adds_and_hires(name, &format!("real-{n}@mail.example"), &title).await?;

        // What HR Cloud lacks is held, and mended in one click.
        person.opens(&format!("{}holds", demo.hub)).await?;
        if n == 0 {
            person.signs_in("olga@northwind.example").await?;
        }
        person.reads("HR Cloud has no").await?;
        person.presses_containing("Create").await?;
        person.reads("Nothing is held").await?;

        person.opens(&demo.hr_cloud).await?;
        if n == 0 {
            person.signs_in("helen@northwind.example").await?;
        }
        person.reads(name).await?;
        person.presses_containing(name).await?;
        let department = text(&categories["department"]).or_else(|| text(&categories["team"]));
        for words in [Some(title), department, text(&categories["location"]), text(&categories["commitment"])] {
            person.reads(&words.context("the board says it")?).await?;
        }
        person.takes_a_picture(&format!("real-{board}")).await?;
    }
    Ok(())
}
