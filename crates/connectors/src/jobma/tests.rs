use super::rounds::{Change, Round, Rounds, State, TAGS, decide};
use super::{Jobma, Settings};
use connector::{Account, Connector, Decision, Seen};
use lever_api::{Stage, StageChanged};
use serde_json::{Value, json};

fn settings() -> Settings {
    let kits = json!({ "3a5e9b17-7c24-4b86-a0f1-d48c2e6b9f05": { "": "engineers", "second": "deep" } });
    serde_json::from_value(json!({ "stages": ["jobma", "second"], "kits": kits, "usual_kit": "short" })).unwrap()
}

/// A candidate at a stage, who came there at this time.
fn at(stage: &str, entered: i64) -> Seen {
    let mut seen: Seen = serde_json::from_str(include_str!("../../fixtures/hire.json")).unwrap();
    seen.hired = false;
    seen.opportunity.archived = None;
    seen.opportunity.stage = json!(stage);
    seen.stage = Some(Stage { id: stage.into(), text: stage.into(), ..Stage::default() });
    seen.opportunity.stage_changes = vec![StageChanged { to_stage_id: stage.into(), to_stage_index: 1, updated_at: entered, user_id: None }];
    seen.callback = "https://hub.example/callbacks/c/o/".into();
    seen
}

fn made(seen: &Seen) -> Option<(String, Change)> {
    match decide(&settings(), seen) {
        Decision::Make(mut effects) => {
            assert_eq!(effects.len(), 1, "one at a time");
            effects.pop().map(|effect| (effect.key, effect.change))
        }
        _ => None,
    }
}

fn round(state: State, shown: Option<State>) -> Round {
    let token = "t1".to_owned();
    let link = "https://j.example/i".to_owned();
    Round { about: "1".into(), stage: "jobma".into(), kit: "engineers".into(), entered: 5, token, link, state, shown, ..Round::default() }
}

fn with(seen: Seen, rounds: Vec<Round>) -> Seen {
    Seen { sent: json!(Rounds(rounds)), ..seen }
}

#[test]
fn jbm_09_jbm_10_jbm_o13_the_chosen_stages_invite_each_with_its_kit_and_others_do_not() {
    let (key, change) = made(&at("jobma", 5)).unwrap();
    let Change::Invite(invite) = change else { panic!() };
    assert!(key.starts_with("jobma/invite/1/7f1c2d0e"), "{key}");
    assert_eq!((invite.kit.as_str(), invite.job_title.as_str(), invite.email.as_str()), ("engineers", "Backend Engineer", "mara@example.org"));
    assert_eq!((invite.first_name.as_str(), invite.last_name.as_str()), ("Mara Elin", "Lindqvist"));
    assert_eq!(invite.callback, "https://hub.example/callbacks/c/o/1");
    let Some((_, Change::Invite(invite))) = made(&at("second", 5)) else { panic!() };
    assert_eq!(invite.kit, "deep");
    assert!(made(&at("offer", 5)).is_none());
}

#[test]
fn jbm_o03_jbm_o04_without_a_kit_a_job_or_an_e_mail_nobody_is_invited_and_the_profile_says_why() {
    let bare = Settings { usual_kit: String::new(), kits: Default::default(), ..settings() };
    let mut cases = vec![(bare, at("jobma", 5), "no interview kit is chosen for \"Backend Engineer\"")];
    cases.push((settings(), Seen { posting: None, ..at("jobma", 5) }, "considered for no job"));
    let mut nameless = at("jobma", 5);
    nameless.opportunity.emails.clear();
    cases.push((settings(), nameless, "has no e-mail address"));
    for (settings, seen, why) in cases {
        let Decision::Make(effects) = decide(&settings, &seen) else { panic!() };
        let Change::Cannot(cannot) = &effects[0].change else { panic!("{why}") };
        assert!(cannot.why.contains(why) && cannot.cause.contains(why), "{}", cannot.why);
    }
}

#[test]
fn jbm_o05_whoever_comes_again_is_sent_the_same_or_nothing_or_a_new_one_as_it_stands() {
    let again = |state: State| made(&with(at("jobma", 9), vec![round(state, Some(state))])).map(|(_, change)| change);
    assert!(matches!(again(State::Invited), Some(Change::Resend(Round { entered: 9, .. }))));
    assert!(matches!(again(State::Started), Some(Change::Pass(_))));
    assert!(matches!(again(State::Completed), Some(Change::Pass(_))));
    for state in [State::Expired, State::Declined, State::Cancelled] {
        let Some(Change::Invite(invite)) = again(state) else { panic!("{state:?}") };
        assert_eq!(invite.about, "2");
    }
    assert!(made(&with(at("jobma", 5), vec![round(State::Invited, Some(State::Invited))])).is_none(), "still there: nothing");
}

#[test]
fn jbm_11_jbm_12_jbm_13_jbm_15_jbm_o01_jbm_o08_what_jobma_tells_stands_on_the_profile() {
    let told = |status: &str| json!({ "status": status, "results_url": "https://j.example/r" });
    let shows = |shown: Option<State>, told: Value| {
        let mut seen = with(at("jobma", 5), vec![round(State::Invited, shown)]);
        seen.told.insert("1".into(), told);
        match made(&seen) {
            Some((_, Change::Show(show))) => Some((show.round.state.tag(), show.link, show.note)),
            _ => None,
        }
    };
    let (tag, link, note) = shows(None, Value::Null).unwrap();
    assert_eq!((tag, link.as_deref(), note), (Some("Jobma Interview Invited"), Some("https://j.example/i"), None));
    let (tag, link, note) = shows(Some(State::Invited), told("completed")).unwrap();
    assert_eq!((tag, link), (Some("Jobma Interview Completed"), None));
    assert!(note.unwrap().contains("https://j.example/r"));
    assert_eq!(shows(Some(State::Invited), told("started")).unwrap().0, Some("Jobma Interview Started"));
    assert_eq!(shows(Some(State::Invited), told("expired")).unwrap().0, Some("Jobma Interview Expired"));
    let (tag, _, note) = shows(Some(State::Invited), told("rejected")).unwrap();
    assert!(tag == Some("Jobma Interview Declined") && note.is_some());
    let states = [State::Invited, State::Started, State::Completed, State::Expired, State::Declined];
    assert!(states.iter().all(|state| TAGS.contains(&state.tag().unwrap())));
}

#[test]
fn jbm_o12_who_is_archived_while_invited_is_not_interviewed_any_more() {
    let mut seen = with(at("jobma", 5), vec![round(State::Started, Some(State::Started))]);
    seen.opportunity.archived = serde_json::from_value(json!({ "reason": "r", "archivedAt": 7 })).unwrap();
    assert!(matches!(made(&seen), Some((_, Change::Cancel(_)))));
    let seen = with(seen, vec![round(State::Completed, Some(State::Completed))]);
    assert!(made(&seen).is_none());
}

#[test]
fn jbm_o14_whoever_completed_it_moves_on_only_where_that_was_chosen() {
    let seen = with(at("jobma", 5), vec![round(State::Completed, Some(State::Completed))]);
    assert!(made(&seen).is_none());
    let Decision::Make(effects) = decide(&Settings { advance_to: "onsite".into(), ..settings() }, &seen) else { panic!() };
    assert!(matches!(&effects[0].change, Change::Advance { stage, .. } if stage == "onsite"));
}

#[test]
fn jbm_17_what_makes_no_sense_is_not_heard() {
    let completed = json!({ "status": "completed", "results_url": "https://j.example/r" });
    assert_eq!(Jobma.hear(&Value::Null, &completed), Ok(completed.clone()));
    // What comes late changes nothing of what is over.
    for late in [json!({ "status": "started" }), json!({ "status": "completed" })] {
        assert_eq!(Jobma.hear(&completed, &late), Ok(completed.clone()));
    }
    for body in [json!({}), json!({ "status": "great" }), json!({ "status": "completed", "results_url": "javascript:alert(1)" }), json!([])] {
        assert!(Jobma.hear(&Value::Null, &body).is_err(), "{body}");
    }
}

#[test]
fn jbm_o02_a_stage_of_the_usual_name_is_chosen_by_itself_and_nothing_is_chosen_twice() {
    let stages = [("a", "Phone"), ("b", " jobma ")].map(|(id, text)| Stage { id: id.into(), text: text.into(), ..Stage::default() });
    let account = |stages: &[Stage]| Account { stages: stages.to_vec(), ..Account::default() };
    assert_eq!(Jobma.preset(&Settings::default(), &account(&stages)).unwrap()["stages"], json!(["b"]));
    assert!(Jobma.preset(&settings(), &account(&stages)).is_none());
    assert!(Jobma.preset(&Settings::default(), &account(&stages[..1])).is_none());
}

#[test]
fn jbm_o13_each_of_several_interviews_gets_its_note_and_the_newest_its_tag() {
    let second = Round { about: "2".into(), stage: "second".into(), ..round(State::Invited, Some(State::Invited)) };
    let mut seen = with(at("second", 5), vec![round(State::Invited, Some(State::Invited)), second.clone()]);
    seen.told.insert("1".into(), json!({ "status": "completed", "results_url": "https://j.example/r" }));
    let Some((_, Change::Show(show))) = made(&seen) else { panic!() };
    assert!(!show.tags && show.note.unwrap().contains("https://j.example/r") && show.round.noted);
    // It is written once.
    let noted = Round { noted: true, state: State::Completed, ..round(State::Completed, Some(State::Invited)) };
    assert!(made(&with(seen, vec![noted, second])).is_none());
    // The address may come after the news.
    let mut seen = with(at("jobma", 5), vec![round(State::Completed, Some(State::Completed))]);
    assert!(made(&seen).is_none());
    seen.told.insert("1".into(), json!({ "status": "completed", "results_url": "https://j.example/r" }));
    assert!(matches!(made(&seen), Some((_, Change::Show(_)))));
}

#[test]
fn jbm_o11_an_invitation_without_an_answer_is_known_by_what_jobma_tells_or_somebody_says_and_no_holds_for_one_try() {
    let mut seen = at("jobma", 5);
    seen.told.insert("1".into(), json!({ "status": "completed", "results_url": "https://j.example/r" }));
    let Some((_, Change::Show(show))) = made(&seen) else { panic!() };
    assert_eq!(show.round.state, State::Completed);
    let mut seen = at("jobma", 5);
    seen.answers.insert("invited for 1".into(), "no".into());
    let Some((_, Change::Invite(invite))) = made(&seen) else { panic!() };
    assert_eq!(invite.sure, 1);
    seen.answers.insert("invited for 1 (1)".into(), "yes".into());
    let Some((_, Change::Pass(round))) = made(&seen) else { panic!() };
    assert_eq!((round.about.as_str(), round.token.as_str()), ("1", "https://hub.example/callbacks/c/o/1"));
}

#[test]
fn jbm_o03_for_a_job_that_is_closed_nobody_is_invited() {
    let mut seen = at("jobma", 5);
    seen.posting.as_mut().unwrap().state = "closed".into();
    let Some((_, Change::Cannot(cannot))) = made(&seen) else { panic!() };
    assert!(cannot.cause.contains("is closed"));
}
