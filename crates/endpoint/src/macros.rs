//! The macros that declare endpoints.

/// Names the macros need; not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use serde_html_form;
}

/// Declares an endpoint: the request struct, both halves of the wire and its [`Info`](crate::Info).
///
/// ```ignore
/// endpoint! {
///     /// Move an opportunity to another stage.
///     Put "/v1/opportunities/{opportunity}/stage" as UpdateOpportunityStage {
///         access:  Access::new("update an opportunity's stage", "opportunities:write:admin"),
///         path:    { opportunity: OpportunityId },
///         query:   PerformAs,
///         body:    StageChange,
///         returns: Data<Opportunity>,
///     }
/// }
/// ```
///
/// A name in the path that is not a field under `path:` does not compile.
#[macro_export]
macro_rules! endpoint {
    (
        $(#[doc = $doc:literal])*
        $verb:ident $path:literal as $name:ident {
            access: $access:expr,
            path: { $($field:ident : $ty:ty),* $(,)? },
            query: $query:ty,
            body: $body:ty,
            returns: $ret:ty
            $(, status: $status:literal)?
            $(, expands: $expands:expr)?
            $(, files: $files:expr)?
            $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $(#[doc = concat!("The `", stringify!($field), "` in the path.")] pub $field: $ty,)*
            /// The query.
            pub query: $query,
            /// The body.
            pub body: $body,
        }

        const _: () = assert!(
            $crate::path_names($path, &[$(stringify!($field)),*]),
            "the parameters in the URL are not the fields under `path:`"
        );

        impl $crate::Endpoint for $name {
            const INFO: $crate::Info = $crate::Info {
                name: stringify!($name),
                verb: $crate::Verb::$verb,
                path: $path,
                access: $access,
                status: $crate::endpoint!(@or $($status)?, 200),
                docs: &[$($doc),*],
                expands: $crate::endpoint!(@or $($expands)?, &[]),
                files: $crate::endpoint!(@or $($files)?, <$body as $crate::Body>::FILES),
                gives_file: <$ret as $crate::Answer>::IS_FILE,
                schemas: $crate::openapi::schemas::<$query, $body, $ret>,
            };
            type Query = $query;
            type Response = $ret;

            fn query(&mut self) -> &mut $query {
                &mut self.query
            }

            fn into_parts(self) -> Result<$crate::Parts, $crate::Unreadable> {
                let unwritable = |e: &dyn std::fmt::Display| $crate::Unreadable::new(format!("{}: {e}", stringify!($name)));
                let (body, files) = $crate::Body::write(self.body).map_err(|e| unwritable(&e))?;
                Ok($crate::Parts {
                    path: vec![$((stringify!($field).to_owned(), self.$field.to_string())),*],
                    query: if $crate::nothing(&self.query) { String::new() } else {
                        $crate::__private::serde_html_form::to_string(&self.query).map_err(|e| unwritable(&e))?
                    },
                    body,
                    files,
                })
            }

            fn from_parts(parts: &$crate::Parts) -> Result<Self, $crate::Unreadable> {
                Ok(Self {
                    $($field: parts.read_path(stringify!($field))?,)*
                    query: parts.read_query()?,
                    body: $crate::Body::read(parts)?,
                })
            }
        }
    };
    (@or , $default:expr) => { $default };
    (@or $given:expr, $default:expr) => { $given };
}

/// The list of endpoints a file declares; lists of lists make the catalogue.
#[macro_export]
macro_rules! catalogue {
    ($($endpoint:ty),* $(,)?) => {
        /// The endpoints declared in this file.
        pub(crate) const ENDPOINTS: &[$crate::Info] = &[$(<$endpoint as $crate::Endpoint>::INFO),*];
    };
}
