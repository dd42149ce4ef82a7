//! Connectors of all kinds in one list. Settings and changes cross this line as JSON; a value written by another
//! version is held, not guessed.

use crate::{
    Account, Arrival, Connector, Cx, Decision, Effect, Found, Hold, Known, Lists, Mended, More, Outcome, Pick, Preview, Record, Seen, Spec, Wanted,
    Way,
};
use lever_api::{EeoResponse, Opportunity, Posting};
use outbound::{Failure, Remote};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A decision with its changes as JSON.
pub type Decided = Decision<Value>;

/// A connector whose types are forgotten.
pub trait AnyConnector: Send + Sync {
    /// What it is and needs.
    fn spec(&self) -> &'static Spec;
    /// Settings with defaults filled in; a sentence where they make no sense.
    ///
    /// # Errors
    /// When a value is not of its kind.
    fn settings(&self, settings: &Value) -> Result<Value, String>;
    /// See [`Connector::is_live`].
    fn is_live(&self, settings: &Value) -> bool;
    /// See [`Connector::imports_daily`].
    fn imports_daily(&self, settings: &Value) -> Option<String>;
    /// See [`Connector::more`].
    fn more(&self, settings: &Value) -> Vec<More>;
    /// See [`Connector::meant_since`].
    fn meant_since(&self, settings: &Value, opportunity: &Opportunity, hired: bool) -> Option<i64>;
    /// See [`Connector::preset`].
    fn preset(&self, settings: &Value, account: &Account) -> Option<Map<String, Value>>;
    /// See [`Connector::lacks`].
    fn lacks(&self, settings: &Value) -> Option<String>;
    /// See [`Connector::tell_jobs`].
    fn tell_jobs<'a>(&'a self, partner: &'a Remote, postings: &'a [Posting], whole: bool) -> Boxed<'a, Result<(), Failure>>;
    /// See [`Connector::tell_lists`].
    fn tell_lists<'a>(&'a self, partner: &'a Remote, lists: &'a Lists) -> Boxed<'a, Result<(), Failure>>;
    /// See [`Connector::tell_people`].
    fn tell_people<'a>(&'a self, partner: &'a Remote, people: &'a [Opportunity], pass: Option<i64>) -> Boxed<'a, Result<Wanted, Failure>>;
    /// See [`Connector::gone`].
    fn gone<'a>(&'a self, partner: &'a Remote, pass: i64) -> Boxed<'a, Result<Vec<String>, Failure>>;
    /// See [`Connector::forget`].
    fn forget<'a>(&'a self, partner: &'a Remote, subjects: &'a [String]) -> Boxed<'a, Result<(), Failure>>;
    /// See [`Connector::tell_eeo`].
    fn tell_eeo<'a>(&'a self, partner: &'a Remote, answers: &'a [EeoResponse], pass: i64, last: bool) -> Boxed<'a, Result<(), Failure>>;
    /// See [`Connector::fetch`].
    fn fetch<'a>(&'a self, partner: &'a Remote, record: &'a str) -> Boxed<'a, Result<Option<Record>, Failure>>;
    /// See [`Connector::waiting`].
    fn waiting<'a>(&'a self, partner: &'a Remote) -> Boxed<'a, Result<Vec<String>, Failure>>;
    /// See [`Connector::admit`].
    fn admit(&self, settings: &Value, arrival: &Arrival) -> Decided;
    /// See [`Connector::chosen`]. What cannot be read is left as it is.
    fn chosen(&self, before: &Value, after: Value, now: i64) -> Value;
    /// See [`Connector::hear`].
    fn hear(&self, before: &Value, body: &Value) -> Result<Value, String>;
    /// See [`Connector::awaits`].
    fn awaits(&self, sent: &Value) -> bool;
    /// See [`Connector::ask`].
    fn ask<'a>(&'a self, cx: Cx<'a>) -> Boxed<'a, Result<BTreeMap<String, Value>, Failure>>;
    /// See [`Connector::decide`].
    fn decide(&self, settings: &Value, seen: &Seen) -> Decided;
    /// See [`Connector::perform`].
    fn perform<'a>(&'a self, cx: Cx<'a>, settings: &'a Value, key: &'a str, change: &'a Value) -> Boxed<'a, Outcome>;
    /// See [`Connector::mark`]. Null, if another version stored the change.
    fn mark(&self, change: &Value) -> Value;
    /// See [`Connector::came_through`].
    fn came_through<'a>(&'a self, cx: Cx<'a>, settings: &'a Value) -> Boxed<'a, Result<Found, Failure>>;
    /// See [`Connector::preview`].
    fn preview<'a>(&'a self, cx: Cx<'a>, settings: &'a Value, key: &'a str, change: &'a Value) -> Boxed<'a, Result<Preview, Failure>>;
    /// See [`Connector::mend`].
    fn mend<'a>(&'a self, cx: Cx<'a>, settings: &'a Value, way: &'a Way, picked: &'a str) -> Boxed<'a, Result<Mended, String>>;
    /// See [`Connector::fill`].
    fn fill(&self, settings: &Value, seen: &Seen) -> BTreeMap<String, Result<String, String>>;
    /// See [`Connector::entries`].
    fn entries<'a>(&'a self, partner: &'a Remote) -> Boxed<'a, Result<BTreeMap<String, Vec<Pick>>, Failure>>;
    /// See [`Connector::erase`].
    fn erase<'a>(&'a self, cx: Cx<'a>, settings: &'a Value, answers: &'a BTreeMap<String, String>) -> Boxed<'a, Outcome>;
    /// See [`Connector::known`].
    fn known<'a>(&'a self, partner: &'a Remote) -> Boxed<'a, Result<Known, Failure>>;
    /// See [`Connector::check`].
    fn check<'a>(&'a self, partner: &'a Remote) -> Boxed<'a, Result<(), String>>;
}

/// A `'static` place for each spec.
struct Static<C>(std::marker::PhantomData<C>);
impl<C: Connector> Static<C> {
    const SPEC: &'static Spec = &C::SPEC;
}

fn read<T: serde::de::DeserializeOwned + Default>(value: &Value) -> Result<T, String> {
    if value.is_null() { Ok(T::default()) } else { serde_json::from_value(value.clone()).map_err(|e| e.to_string()) }
}

impl<C: Connector> AnyConnector for C {
    fn spec(&self) -> &'static Spec {
        Static::<C>::SPEC
    }

    fn settings(&self, settings: &Value) -> Result<Value, String> {
        let settings: C::Settings = read(settings)?;
        serde_json::to_value(settings).map_err(|e| e.to_string())
    }

    fn is_live(&self, settings: &Value) -> bool {
        read(settings).is_ok_and(|settings| Connector::is_live(self, &settings))
    }

    fn imports_daily(&self, settings: &Value) -> Option<String> {
        read(settings).ok().and_then(|settings| Connector::imports_daily(self, &settings))
    }

    fn more(&self, settings: &Value) -> Vec<More> {
        read(settings).map(|settings| Connector::more(self, &settings)).unwrap_or_default()
    }

    fn meant_since(&self, settings: &Value, opportunity: &Opportunity, hired: bool) -> Option<i64> {
        read(settings).ok().and_then(|settings| Connector::meant_since(self, &settings, opportunity, hired))
    }

    fn preset(&self, settings: &Value, account: &Account) -> Option<Map<String, Value>> {
        read(settings).ok().and_then(|settings| Connector::preset(self, &settings, account))
    }

    fn lacks(&self, settings: &Value) -> Option<String> {
        read(settings).ok().and_then(|settings| Connector::lacks(self, &settings))
    }

    fn tell_jobs<'a>(&'a self, partner: &'a Remote, postings: &'a [Posting], whole: bool) -> Boxed<'a, Result<(), Failure>> {
        Box::pin(Connector::tell_jobs(self, partner, postings, whole))
    }

    fn tell_lists<'a>(&'a self, partner: &'a Remote, lists: &'a Lists) -> Boxed<'a, Result<(), Failure>> {
        Box::pin(Connector::tell_lists(self, partner, lists))
    }

    fn tell_people<'a>(&'a self, partner: &'a Remote, people: &'a [Opportunity], pass: Option<i64>) -> Boxed<'a, Result<Wanted, Failure>> {
        Box::pin(Connector::tell_people(self, partner, people, pass))
    }

    fn gone<'a>(&'a self, partner: &'a Remote, pass: i64) -> Boxed<'a, Result<Vec<String>, Failure>> {
        Box::pin(Connector::gone(self, partner, pass))
    }

    fn forget<'a>(&'a self, partner: &'a Remote, subjects: &'a [String]) -> Boxed<'a, Result<(), Failure>> {
        Box::pin(Connector::forget(self, partner, subjects))
    }

    fn tell_eeo<'a>(&'a self, partner: &'a Remote, answers: &'a [EeoResponse], pass: i64, last: bool) -> Boxed<'a, Result<(), Failure>> {
        Box::pin(Connector::tell_eeo(self, partner, answers, pass, last))
    }

    fn fetch<'a>(&'a self, partner: &'a Remote, record: &'a str) -> Boxed<'a, Result<Option<Record>, Failure>> {
        Box::pin(Connector::fetch(self, partner, record))
    }

    fn waiting<'a>(&'a self, partner: &'a Remote) -> Boxed<'a, Result<Vec<String>, Failure>> {
        Box::pin(Connector::waiting(self, partner))
    }

    fn admit(&self, settings: &Value, arrival: &Arrival) -> Decided {
        match read(settings) {
            Ok(settings) => forgetting_types(Connector::admit(self, &settings, arrival)),
            Err(e) => Decision::Hold(unreadable(C::SPEC.name, "settings", &e)),
        }
    }

    fn chosen(&self, before: &Value, after: Value, now: i64) -> Value {
        let (Ok(before), Ok(mut new)) = (read(before), read::<C::Settings>(&after)) else { return after };
        Connector::chosen(self, &before, &mut new, now);
        serde_json::to_value(new).unwrap_or(after)
    }

    fn hear(&self, before: &Value, body: &Value) -> Result<Value, String> {
        Connector::hear(self, before, body)
    }

    fn awaits(&self, sent: &Value) -> bool {
        Connector::awaits(self, sent)
    }

    fn ask<'a>(&'a self, cx: Cx<'a>) -> Boxed<'a, Result<BTreeMap<String, Value>, Failure>> {
        Box::pin(Connector::ask(self, cx))
    }

    fn decide(&self, settings: &Value, seen: &Seen) -> Decided {
        match read(settings) {
            Ok(settings) => forgetting_types(Connector::decide(self, &settings, seen)),
            Err(e) => Decision::Hold(unreadable(C::SPEC.name, "settings", &e)),
        }
    }

    fn perform<'a>(&'a self, cx: Cx<'a>, settings: &'a Value, key: &'a str, change: &'a Value) -> Boxed<'a, Outcome> {
        Box::pin(async move {
            match typed::<C>(settings, key, change) {
                Ok((settings, effect)) => Connector::perform(self, cx, &settings, &effect).await,
                Err(hold) => Outcome::Hold(hold),
            }
        })
    }

    fn mark(&self, change: &Value) -> Value {
        serde_json::from_value(change.clone()).map(|change| Connector::mark(self, &change)).unwrap_or_default()
    }

    fn came_through<'a>(&'a self, cx: Cx<'a>, settings: &'a Value) -> Boxed<'a, Result<Found, Failure>> {
        Box::pin(async move { Connector::came_through(self, cx, &read(settings).unwrap_or_default()).await })
    }

    fn preview<'a>(&'a self, cx: Cx<'a>, settings: &'a Value, key: &'a str, change: &'a Value) -> Boxed<'a, Result<Preview, Failure>> {
        Box::pin(async move {
            match typed::<C>(settings, key, change) {
                Ok((settings, effect)) => Connector::preview(self, cx, &settings, &effect).await,
                Err(hold) => Ok(Preview::Hold(hold)),
            }
        })
    }

    fn mend<'a>(&'a self, cx: Cx<'a>, settings: &'a Value, way: &'a Way, picked: &'a str) -> Boxed<'a, Result<Mended, String>> {
        Box::pin(async move { Connector::mend(self, cx, &read(settings)?, way, picked).await })
    }

    fn fill(&self, settings: &Value, seen: &Seen) -> BTreeMap<String, Result<String, String>> {
        read(settings).map(|settings| Connector::fill(self, &settings, seen)).unwrap_or_default()
    }

    fn entries<'a>(&'a self, partner: &'a Remote) -> Boxed<'a, Result<BTreeMap<String, Vec<Pick>>, Failure>> {
        Box::pin(Connector::entries(self, partner))
    }

    fn erase<'a>(&'a self, cx: Cx<'a>, settings: &'a Value, answers: &'a BTreeMap<String, String>) -> Boxed<'a, Outcome> {
        Box::pin(async move {
            match read(settings) {
                Ok(settings) => Connector::erase(self, cx, &settings, answers).await,
                Err(e) => Outcome::Hold(unreadable(C::SPEC.name, "settings", &e)),
            }
        })
    }

    fn known<'a>(&'a self, partner: &'a Remote) -> Boxed<'a, Result<Known, Failure>> {
        Box::pin(Connector::known(self, partner))
    }

    fn check<'a>(&'a self, partner: &'a Remote) -> Boxed<'a, Result<(), String>> {
        Box::pin(Connector::check(self, partner))
    }
}

/// A decision with its changes as they are stored.
fn forgetting_types<T: serde::Serialize>(decision: Decision<T>) -> Decided {
    let stored = |effect: Effect<T>| Effect { key: effect.key, change: serde_json::to_value(effect.change).unwrap_or(Value::Null) };
    match decision {
        Decision::Nothing(why) => Decision::Nothing(why),
        Decision::Hold(hold) => Decision::Hold(hold),
        Decision::Make(effects) => Decision::Make(effects.into_iter().map(stored).collect()),
    }
}

/// Settings and effect in the connector's own types.
fn typed<C: Connector>(settings: &Value, key: &str, change: &Value) -> Result<(C::Settings, Effect<C::Change>), Hold> {
    let settings: C::Settings = read(settings).map_err(|e| unreadable(C::SPEC.name, "settings", &e))?;
    let change: C::Change = serde_json::from_value(change.clone()).map_err(|e| unreadable(C::SPEC.name, "change", &e.to_string()))?;
    Ok((settings, Effect { key: key.to_owned(), change }))
}

fn unreadable(name: &str, what: &str, e: &str) -> Hold {
    Hold::new(
        format!("{name}: the stored {what} cannot be read"),
        format!("The stored {what} of {name} was written by another version of Fulcrum: {e}. Save the settings again, then release."),
    )
}
