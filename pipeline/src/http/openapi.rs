//! What the door answers to, as OpenAPI: `/openapi.json`, for programs that are made from it. *Pure.*
//!
//! Each path stands in `table` and in the router; a test holds one against the other.

mod table;

use mayfly_retention::Class;
use utoipa::openapi::{
    Components, ComponentsBuilder, Content, HeaderBuilder, HttpMethod, Info, ObjectBuilder, OpenApi,
    OpenApiBuilder, PathItem, PathsBuilder, Ref, Required, Response, ResponseBuilder, Schema,
    SecurityRequirement,
    path::{Operation, OperationBuilder, ParameterBuilder, ParameterIn},
    request_body::RequestBodyBuilder,
    schema::{ArrayBuilder, SchemaType, Type},
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use self::table::{OPERATIONS, PAGED, PLACES, QUERIES, schemas};
use super::query::LIMIT_MAX;
use crate::regime::Regime;

/// One thing that can be asked.
struct Asked {
    path: &'static str,
    method: HttpMethod,
    what: &'static str,
    who: Who,
    takes: Option<Body>,
    answers: (&'static str, Body),
}

/// Who may ask.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Anybody,
    /// Somebody with a browser.
    Person,
    /// They, or a member's system with a token.
    Account,
}

/// What a body is.
#[derive(Clone, Copy)]
enum Body {
    None,
    Text,
    Bytes,
    Csv,
    /// Any object: this document.
    Json,
    Of(&'static str),
    Many(&'static str),
}

/// What a parameter is.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    /// As a pattern tells.
    Like(&'static str),
    /// One of these words.
    One(&'static [&'static str]),
    /// A role of the regime.
    Role,
    /// A record class.
    Class,
    Number,
    /// How many, at most.
    Limit,
}

/// The document.
pub(super) fn document() -> OpenApi {
    let mut paths = PathsBuilder::new();
    for asked in OPERATIONS {
        paths = paths.path(asked.path, PathItem::new(asked.method.clone(), operation(asked)));
    }
    let mut info = Info::new("mayfly", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Batches, consents and records of a member, and the public journal. Refusals are problem+json with stable codes; pipeline/README.md explains each."
            .to_owned(),
    );
    OpenApiBuilder::new()
        .info(info)
        .paths(paths)
        .components(Some(components()))
        .build()
}

fn operation(asked: &Asked) -> Operation {
    let mut operation = OperationBuilder::new()
        .summary(Some(asked.what))
        .operation_id(Some(name_of(asked)));
    let names = asked
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    for name in names {
        let known = PLACES.iter().find(|(place, ..)| *place == name);
        let (kind, example) = known.map_or((Kind::Text, ""), |(_, kind, example)| (*kind, *example));
        let parameter = parameter(name, ParameterIn::Path, kind).example(Some(example.into()));
        operation = operation.parameter(parameter);
    }
    let is_list = asked.method == HttpMethod::Get;
    let queries = QUERIES.iter().filter(|(path, _)| is_list && *path == asked.path);
    for (name, kind) in queries.flat_map(|(_, names)| *names) {
        operation = operation.parameter(parameter(name, ParameterIn::Query, *kind));
    }
    let changes = asked.method != HttpMethod::Get && asked.who != Who::Anybody;
    if changes {
        let proof = ParameterBuilder::new()
            .name("X-CSRF-Token")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("what GET /v1/session calls csrf; with a cookie only"))
            .schema(Some(text()));
        operation = operation.parameter(proof);
    }
    if let Some((kind, content)) = asked.takes.and_then(content) {
        let body = RequestBodyBuilder::new()
            .content(kind, content)
            .required(Some(Required::True))
            .build();
        operation = operation.request_body(Some(body));
    }
    let (status, body) = asked.answers;
    let mut answered = answer("what was asked for", body);
    if is_list && PAGED.contains(&asked.path) {
        let link = HeaderBuilder::new().schema(Some(text())).description(Some(
            "where there is more: the address of the next page, rel=\"next\" (RFC 8288)",
        ));
        answered.headers.insert("Link".to_owned(), link.build().into());
    }
    operation = operation
        .response(status, answered)
        .response("default", answer("a refusal, with its code", Body::Of(PROBLEM)));
    if asked.takes.is_some_and(|body| matches!(body, Body::Csv)) {
        operation = operation.response("200", answer("the same bytes were taken in before", body));
    }
    let schemes: &[&str] = match asked.who {
        Who::Anybody => &[],
        Who::Person => &[SESSION],
        Who::Account => &[SESSION, TOKEN],
    };
    for scheme in schemes {
        operation = operation.security(SecurityRequirement::new(*scheme, Vec::<String>::new()));
    }
    operation.build()
}

fn parameter(name: &str, place: ParameterIn, kind: Kind) -> ParameterBuilder {
    let is_required = match place {
        ParameterIn::Path => Required::True,
        _ => Required::False,
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(is_required)
        .schema(Some(shape(kind)))
}

fn shape(kind: Kind) -> Schema {
    let text = || ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
    let number = || ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer));
    match kind {
        Kind::Text => text().min_length(Some(1)).max_length(Some(200)),
        Kind::Like(pattern) => text().pattern(Some(pattern)),
        Kind::One(words) => text().enum_values(Some(words.iter().copied())),
        Kind::Role => {
            let roles = Regime::jcic_2024().map_or_else(|_| Vec::new(), |regime| regime.roles);
            text().enum_values(Some(roles.into_iter().map(|role| role.id)))
        }
        Kind::Class => text().enum_values(Some(Class::ALL.map(Class::name))),
        Kind::Number => number().minimum(Some(0)).maximum(Some(i64::MAX)),
        Kind::Limit => number().minimum(Some(1)).maximum(Some(LIMIT_MAX)),
    }
    .into()
}

/// `getV1Batches` and the like: no two are the same.
fn name_of(asked: &Asked) -> String {
    let mut name = match asked.method {
        HttpMethod::Post => "post",
        HttpMethod::Put => "put",
        HttpMethod::Delete => "delete",
        _ => "get",
    }
    .to_owned();
    for part in asked
        .path
        .split(|character: char| !character.is_ascii_alphanumeric())
    {
        let mut letters = part.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.extend(letters);
    }
    name
}

fn answer(what: &str, body: Body) -> Response {
    let answer = ResponseBuilder::new().description(what);
    match content(body) {
        Some((kind, content)) => answer.content(kind, content).build(),
        None => answer.build(),
    }
}

fn content(body: Body) -> Option<(&'static str, Content)> {
    let of = |name: &str| Ref::from_schema_name(name);
    Some(match body {
        Body::None => return None,
        Body::Text => ("text/plain", Content::new(Some(text()))),
        Body::Bytes => ("application/octet-stream", Content::new(Some(text()))),
        Body::Csv => ("text/csv", Content::new(Some(text()))),
        Body::Json => ("application/json", Content::new(Some(ObjectBuilder::new()))),
        Body::Of(PROBLEM) => ("application/problem+json", Content::new(Some(of(PROBLEM)))),
        Body::Of(name) => ("application/json", Content::new(Some(of(name)))),
        Body::Many(name) => (
            "application/json",
            Content::new(Some(ArrayBuilder::new().items(of(name)))),
        ),
    })
}

fn components() -> Components {
    let mut components = ComponentsBuilder::new();
    for (name, schema) in schemas() {
        components = components.schema(name, schema);
    }
    let cookie = ApiKeyValue::new("__Host-mayfly");
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components
        .security_scheme(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)))
        .security_scheme(TOKEN, SecurityScheme::Http(bearer))
        .build()
}

fn text() -> Schema {
    plain(Type::String)
}

fn plain(kind: Type) -> Schema {
    ObjectBuilder::new().schema_type(SchemaType::Type(kind)).into()
}

const SESSION: &str = "session";
const TOKEN: &str = "token";
const PROBLEM: &str = "Problem";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_has_the_paths_of_the_router_and_each_once() {
        let router = include_str!("mod.rs").split("#[cfg(test)]").next().unwrap();
        let routed: BTreeSet<String> = router
            .split('"')
            .filter(|text| text.starts_with('/') && !text.contains(char::is_whitespace))
            .map(|path| path.replace("{*place}", "{place}"))
            .collect();
        let told: BTreeSet<String> = OPERATIONS.iter().map(|asked| asked.path.to_owned()).collect();
        assert_eq!(routed, told);
        let names: BTreeSet<String> = OPERATIONS.iter().map(name_of).collect();
        assert_eq!(names.len(), OPERATIONS.len());
        assert!(names.contains("putV1BatchesBatch"));
    }

    #[test]
    fn every_schema_that_is_named_is_there() {
        let text = document().to_json().unwrap();
        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(schemas().iter().any(|(known, _)| known == name), "{name}");
        }
    }
}
