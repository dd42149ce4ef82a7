//! The OpenAPI 3.1 document as a pure function of the endpoints.

use crate::{Access, Info, files};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// Schemas of one endpoint: query, body, answer, and the named types they mention.
pub struct Schemas {
    /// Query parameters, as the schema of an object.
    pub query: Value,
    /// JSON body.
    pub body: Value,
    /// JSON answer.
    pub returns: Value,
    /// Named types, for `#/components/schemas`.
    pub named: Vec<(String, Value)>,
}

/// Collects the schemas of an endpoint's three types. Used by [`endpoint!`](crate::endpoint).
#[must_use]
pub fn schemas<Q: ToSchema, B: ToSchema, R: ToSchema>() -> Schemas {
    let mut named = Vec::new();
    Q::schemas(&mut named);
    B::schemas(&mut named);
    R::schemas(&mut named);
    let value = |schema: utoipa::openapi::RefOr<utoipa::openapi::Schema>| trimmed(serde_json::to_value(schema).unwrap_or(Value::Null));
    Schemas {
        query: value(Q::schema()),
        body: value(B::schema()),
        returns: value(R::schema()),
        named: named.into_iter().map(|(name, schema)| (name, value(schema))).collect(),
    }
}

/// Without defaults that say nothing, and that a required field cannot have.
fn trimmed(schema: Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let said = fields.into_iter().filter(|(name, value)| !(name == "default" && value.is_null()));
            Value::Object(said.map(|(name, value)| (name, trimmed(value))).collect())
        }
        Value::Array(list) => list.into_iter().map(trimmed).collect(),
        other => other,
    }
}

/// An OpenAPI 3.1 document in the making: groups of endpoints, each with its way of saying no.
pub struct Document {
    info: Value,
    paths: Map<String, Value>,
    named: Map<String, Value>,
    schemes: Map<String, Value>,
}

/// How callers of a group of endpoints say who they are, in the words of HTTP: `basic`, `bearer`.
pub type Schemes = &'static [&'static str];

impl Document {
    /// Without endpoints yet.
    #[must_use]
    pub fn new(title: &str, about: &str) -> Self {
        let info = json!({ "title": title, "version": "1", "description": about });
        Self { info, paths: Map::new(), named: Map::new(), schemes: Map::new() }
    }

    /// Adds endpoints that refuse with an `R`.
    #[must_use]
    pub fn with<R: ToSchema>(mut self, schemes: Schemes, endpoints: &[Info]) -> Self {
        let refusal = schemas::<R, R, R>();
        self.named.extend(refusal.named);
        for scheme in schemes {
            self.schemes.insert((*scheme).to_owned(), json!({ "type": "http", "scheme": scheme }));
        }
        for info in endpoints {
            let schemas = (info.schemas)();
            self.named.extend(schemas.named.iter().cloned());
            let mut operation = operation(info, &schemas);
            operation["responses"]["default"] =
                json!({ "description": "Refused: what happened and why", "content": files::answer(false, &refusal.returns) });
            if !schemes.is_empty() {
                operation["security"] = schemes.iter().map(|scheme| json!({ (*scheme): [] })).collect();
            }
            self.paths.entry(info.path).or_insert_with(|| json!({}))[info.verb.name().to_lowercase()] = operation;
        }
        self
    }

    /// The document.
    #[must_use]
    pub fn json(self) -> Value {
        let Self { info, paths, named, schemes } = self;
        json!({ "openapi": "3.1.0", "info": info, "paths": paths, "components": { "schemas": named, "securitySchemes": schemes } })
    }
}

fn operation(info: &Info, schemas: &Schemas) -> Value {
    let docs: Vec<&str> = info.docs.iter().map(|line| line.trim()).collect();
    let mut operation = json!({
        "operationId": info.name,
        "summary": docs.first().copied().unwrap_or_default(),
        "description": docs.join("\n").trim(),
        "tags": [tag(info.path)],
        "parameters": parameters(info, &schemas.query),
        "responses": { info.status.to_string(): answer(info, &schemas.returns) },
    });
    if is_something(&schemas.body) || !info.files.is_empty() {
        operation["requestBody"] = json!({ "content": files::body(info.files, &schemas.body) });
    }
    if info.access != Access::ANY {
        operation["x-permission"] = json!(info.access.permission);
        operation["x-scope"] = json!(info.access.scope);
    }
    operation
}

/// The first word of the path that is neither a version nor a parameter: the resource.
fn tag(path: &str) -> &str {
    path.split('/').find(|part| !(part.is_empty() || part.starts_with('{') || part.len() == 2 && part.starts_with('v'))).unwrap_or("api")
}

fn parameters(info: &Info, query: &Value) -> Vec<Value> {
    let in_path = info.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let mut all: Vec<Value> = in_path.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })).collect();
    let required: Vec<&str> = query["required"].as_array().map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default();
    for (name, schema) in query["properties"].as_object().into_iter().flatten() {
        let about = schema["description"].as_str().unwrap_or_default();
        let mut schema = schema.clone();
        if name == "expand" {
            // Anything else is refused.
            let names: Vec<&str> = info.expands.iter().map(|(field, _)| *field).collect();
            if names.is_empty() {
                schema["maxItems"] = json!(0);
            } else {
                schema["items"] = json!({ "type": "string", "enum": names });
            }
        }
        all.push(json!({ "name": name, "in": "query", "required": required.contains(&name.as_str()), "description": about, "schema": schema }));
    }
    all
}

fn answer(info: &Info, returns: &Value) -> Value {
    if is_something(returns) {
        json!({ "description": "Success", "content": files::answer(info.gives_file, returns) })
    } else {
        json!({ "description": "Success, without a body" })
    }
}

/// [`Nothing`](crate::Nothing) has the schema of an object without properties.
fn is_something(schema: &Value) -> bool {
    schema != &json!({ "type": "object" })
}
