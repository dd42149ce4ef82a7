//! What wraps every answer: one object under `data`, or a page of them, and the parameters all reads share.

use crate::Rest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};

/// One object: `{"data": {...}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Data<T> {
    /// The object.
    pub data: T,
    /// Whatever stands beside it.
    #[serde(flatten)]
    pub rest: Rest,
}

impl<T> Data<T> {
    /// Wraps an object.
    pub fn new(data: T) -> Self {
        Self { data, rest: Rest::new() }
    }
}

/// One page of a list: `{"data": [...], "hasNext": true, "next": "..."}`. `next` is absent on the last page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List<T> {
    /// The objects of this page.
    pub data: Vec<T>,
    /// Whether another page follows. Absent in the few lists that have no pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_next: Option<bool>,
    /// The `offset` of the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> List<T> {
    /// A list that never has pages (`/webhooks`).
    #[must_use]
    pub fn whole(data: Vec<T>) -> Self {
        Self { data, has_next: None, next: None }
    }

    /// The last, or only, page.
    #[must_use]
    pub fn last(data: Vec<T>) -> Self {
        Self { data, has_next: Some(false), next: None }
    }
}

/// The two envelopes describe themselves by hand, because the derive forgets to name what a generic envelope holds.
macro_rules! envelope_schema {
    ($name:ident, $data:ident => $schema:expr) => {
        impl<T: ToSchema> utoipa::PartialSchema for $name<T> {
            fn schema() -> RefOr<Schema> {
                let $data = Ref::from_schema_name(T::name());
                $schema.into()
            }
        }
        impl<T: ToSchema> ToSchema for $name<T> {
            fn schemas(named: &mut Vec<(String, RefOr<Schema>)>) {
                named.push((T::name().into_owned(), T::schema()));
                T::schemas(named);
            }
        }
    };
}
envelope_schema!(Data, data => ObjectBuilder::new().property("data", data).required("data"));
envelope_schema!(List, data => ObjectBuilder::new()
    .property("data", ArrayBuilder::new().items(data))
    .property("hasNext", ObjectBuilder::new().schema_type(Type::Boolean))
    .property("next", ObjectBuilder::new().schema_type(Type::String))
    .required("data"));

/// The parameters of every read of one object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct View {
    /// Return only these fields. Repeat for several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Inline these references as objects. Repeat for several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expand: Vec<String>,
}

impl View {
    /// A view that inlines the named references.
    #[must_use]
    pub fn expanding(names: &[&str]) -> Self {
        Self { include: Vec::new(), expand: names.iter().map(|n| (*n).to_owned()).collect() }
    }
}

/// `perform_as`: the user on whose behalf a write is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PerformAs {
    /// A user id. Required on some writes, optional on others; the owner and creator default to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub perform_as: Option<crate::UserId>,
}

/// Declares the query of a list: paging and view, which all lists share, and the filters of this one.
macro_rules! list_query {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $fdoc:literal])* $field:ident $(as $wire:literal)? : $ty:ty),* $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub struct $name {
            /// Page size, 1 to 100; 100 if absent.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(minimum = 1, maximum = 100)]
            pub limit: Option<i64>,
            /// The `next` of the page before.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub offset: Option<String>,
            /// Return only these fields. Repeat for several.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub include: Vec<String>,
            /// Inline these references as objects. Repeat for several.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub expand: Vec<String>,
            $(
                $(#[doc = $fdoc])*
                #[serde(default, skip_serializing_if = "crate::is_unset" $(, rename = $wire)?)]
                $(#[schema(rename = $wire)])?
                pub $field: $ty,
            )*
        }

        impl crate::Paged for $name {
            fn paging(&self) -> (Option<i64>, Option<&str>) {
                (self.limit, self.offset.as_deref())
            }
            fn at(mut self, offset: String) -> Self {
                self.offset = Some(offset);
                self
            }
        }
    };
}
pub(crate) use list_query;

/// A list query that can be asked for its next page.
pub trait Paged: Clone {
    /// `limit` and `offset` as given.
    fn paging(&self) -> (Option<i64>, Option<&str>);
    /// The same query, at another page.
    #[must_use]
    fn at(self, offset: String) -> Self;
}

/// Whether a filter was left out.
pub(crate) fn is_unset<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

list_query! {
    /// A list without filters of its own.
    Listing {}
}

/// A number, or a text that is one: forms, which come with files, have nothing but text.
pub(crate) fn number_or_text<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(i64),
        Text(String),
    }
    match Option::<Either>::deserialize(input)? {
        None => Ok(None),
        Some(Either::Number(number)) => Ok(Some(number)),
        Some(Either::Text(text)) => text.trim().parse().map(Some).map_err(|_| serde::de::Error::custom(format!("{text:?} is no number"))),
    }
}

/// What is there, null too: absent is something else.
pub(crate) fn there<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<serde_json::Value>, D::Error> {
    serde_json::Value::deserialize(input).map(Some)
}
