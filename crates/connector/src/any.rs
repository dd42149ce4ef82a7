//! Connectors of all kinds in one list. Settings and changes cross this line as JSON; a value written by another
//! version is held, not guessed.

use crate::{Connector, Cx, Decision, Effect, Hold, Outcome, Seen, Spec};
use outbound::Remote;
use serde_json::Value;
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
    /// See [`Connector::wants_webhooks`].
    fn wants_webhooks(&self, settings: &Value) -> bool;
    /// See [`Connector::decide`].
    fn decide(&self, settings: &Value, seen: &Seen) -> Decided;
    /// See [`Connector::perform`].
    fn perform<'a>(&'a self, cx: Cx<'a>, settings: &'a Value, key: &'a str, change: &'a Value) -> Boxed<'a, Outcome>;
    /// See [`Connector::mend`].
    fn mend<'a>(&'a self, cx: Cx<'a>, mend: &'a Value) -> Boxed<'a, Result<String, String>>;
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

    fn wants_webhooks(&self, settings: &Value) -> bool {
        read(settings).is_ok_and(|settings| Connector::wants_webhooks(self, &settings))
    }

    fn decide(&self, settings: &Value, seen: &Seen) -> Decided {
        let settings: C::Settings = match read(settings) {
            Ok(settings) => settings,
            Err(e) => return Decision::Hold(unreadable(C::SPEC.name, "settings", &e)),
        };
        match Connector::decide(self, &settings, seen) {
            Decision::Nothing(why) => Decision::Nothing(why),
            Decision::Hold(hold) => Decision::Hold(hold),
            Decision::Make(effects) => Decision::Make(
                effects
                    .into_iter()
                    .map(|effect| Effect { key: effect.key, change: serde_json::to_value(effect.change).unwrap_or(Value::Null) })
                    .collect(),
            ),
        }
    }

    fn perform<'a>(&'a self, cx: Cx<'a>, settings: &'a Value, key: &'a str, change: &'a Value) -> Boxed<'a, Outcome> {
        Box::pin(async move {
            let settings: C::Settings = match read(settings) {
                Ok(settings) => settings,
                Err(e) => return Outcome::Hold(unreadable(C::SPEC.name, "settings", &e)),
            };
            let change: C::Change = match serde_json::from_value(change.clone()) {
                Ok(change) => change,
                Err(e) => return Outcome::Hold(unreadable(C::SPEC.name, "change", &e.to_string())),
            };
            Connector::perform(self, cx, &settings, &Effect { key: key.to_owned(), change }).await
        })
    }

    fn mend<'a>(&'a self, cx: Cx<'a>, mend: &'a Value) -> Boxed<'a, Result<String, String>> {
        Box::pin(Connector::mend(self, cx, mend))
    }

    fn check<'a>(&'a self, partner: &'a Remote) -> Boxed<'a, Result<(), String>> {
        Box::pin(Connector::check(self, partner))
    }
}

fn unreadable(name: &str, what: &str, e: &str) -> Hold {
    Hold {
        cause: format!("{name}: the stored {what} cannot be read"),
        why: format!("The stored {what} of {name} was written by another version of Fulcrum: {e}. Save the settings again, then release."),
        mend: Value::Null,
    }
}
