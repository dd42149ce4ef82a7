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
    let value = |schema: utoipa::openapi::RefOr<utoipa::openapi::Schema>| serde_json::to_value(schema).unwrap_or(Value::Null);
    Schemas {
        query: value(Q::schema()),
        body: value(B::schema()),
        returns: value(R::schema()),
        named: named.into_iter().map(|(name, schema)| (name, value(schema))).collect(),
    }
}

/// The document for a set of endpoints.
#[must_use]
pub fn document(title: &str, version: &str, about: &str, endpoints: &[Info]) -> Value {
    let (mut paths, mut named) = (Map::new(), Map::new());
    for info in endpoints {
        let schemas = (info.schemas)();
        named.extend(schemas.named.iter().cloned());
        let operations = paths.entry(info.path).or_insert_with(|| json!({}));
        operations[info.verb.name().to_lowercase()] = operation(info, &schemas);
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": title, "version": version, "description": about },
        "paths": paths,
        "components": { "schemas": named },
    })
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
    if is_something(&schemas.body) {
        operation["requestBody"] = json!({ "content": files::content(false, info.takes_files, &schemas.body) });
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
        all.push(json!({ "name": name, "in": "query", "required": required.contains(&name.as_str()), "description": about, "schema": schema }));
    }
    all
}

fn answer(info: &Info, returns: &Value) -> Value {
    if is_something(returns) {
        json!({ "description": "Success", "content": files::content(info.gives_file, false, returns) })
    } else {
        json!({ "description": "Success, without a body" })
    }
}

/// [`Nothing`](crate::Nothing) has the schema of an object without properties.
fn is_something(schema: &Value) -> bool {
    schema != &json!({ "type": "object" })
}
