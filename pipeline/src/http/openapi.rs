//! What the door answers to, as OpenAPI: `/openapi.json`, for programs that are made from it. *Pure.*
//!
//! Each path stands here in the table [`OPERATIONS`] and in the router; a test holds one against the other.

use utoipa::openapi::{
    Components, ComponentsBuilder, Content, HttpMethod, Info, ObjectBuilder, OpenApi, OpenApiBuilder,
    PathItem, PathsBuilder, Ref, Required, Response, ResponseBuilder, Schema, SecurityRequirement,
    path::{Operation, OperationBuilder, ParameterBuilder, ParameterIn},
    request_body::RequestBodyBuilder,
    schema::{ArrayBuilder, SchemaType, Type},
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};

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
    Json,
    Of(&'static str),
    Many(&'static str),
}

/// The document.
pub(super) fn document() -> OpenApi {
    let mut paths = PathsBuilder::new();
    for asked in OPERATIONS {
        paths = paths.path(asked.path, PathItem::new(asked.method.clone(), operation(asked)));
    }
    let mut info = Info::new("mayfly", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Batches of a member, and the public journal. Refusals are problem+json with stable codes; pipeline/README.md explains each."
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
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(text()));
        operation = operation.parameter(parameter);
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
    operation = operation
        .response(status, answer("what was asked for", body))
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
    for (name, fields) in SCHEMAS {
        let mut object = ObjectBuilder::new();
        for (field, kind) in *fields {
            let (field, is_required) = match field.strip_suffix('?') {
                Some(field) => (field, false),
                None => (*field, true),
            };
            object = object.property(field, plain(kind.clone()));
            if is_required {
                object = object.required(field);
            }
        }
        components = components.schema(*name, object);
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

/// The fields of each schema; one that ends with `?` may be absent or null.
const SCHEMAS: &[(&str, &[(&str, Type)])] = &[
    (
        PROBLEM,
        &[
            ("title", Type::String),
            ("status", Type::Integer),
            ("code", Type::String),
            ("detail", Type::String),
            ("remedy", Type::String),
        ],
    ),
    ("SignIn", &[("account", Type::String), ("password", Type::String)]),
    ("PasswordChange", &[("old", Type::String), ("new", Type::String)]),
    (
        "Session",
        &[
            ("account", Type::String),
            ("must_change", Type::Boolean),
            ("csrf", Type::String),
            ("replaced?", Type::Boolean),
        ],
    ),
    (
        "Batch",
        &[
            ("batch", Type::String),
            ("member", Type::String),
            ("state", Type::String),
            ("rows", Type::Integer),
            ("answered", Type::Integer),
            ("no_record", Type::Integer),
            ("refused", Type::Integer),
            ("failed", Type::Integer),
            ("unresolved", Type::Integer),
            ("codes", Type::Object),
            ("accepted_at", Type::String),
            ("sha256", Type::String),
            ("expires_at?", Type::String),
        ],
    ),
];

const OPERATIONS: &[Asked] = &[
    Asked {
        path: "/healthz",
        method: HttpMethod::Get,
        what: "Whether the process lives",
        who: Who::Anybody,
        takes: None,
        answers: ("200", Body::Text),
    },
    Asked {
        path: "/readyz",
        method: HttpMethod::Get,
        what: "Whether the gate would let a query out",
        who: Who::Anybody,
        takes: None,
        answers: ("200", Body::Text),
    },
    Asked {
        path: "/openapi.json",
        method: HttpMethod::Get,
        what: "This document",
        who: Who::Anybody,
        takes: None,
        answers: ("200", Body::Json),
    },
    Asked {
        path: "/v1/journal/checkpoint",
        method: HttpMethod::Get,
        what: "The newest signed checkpoint, a C2SP note",
        who: Who::Anybody,
        takes: None,
        answers: ("200", Body::Text),
    },
    Asked {
        path: "/v1/journal/key",
        method: HttpMethod::Get,
        what: "The key that verifies it",
        who: Who::Anybody,
        takes: None,
        answers: ("200", Body::Text),
    },
    Asked {
        path: "/v1/journal/tile/{place}",
        method: HttpMethod::Get,
        what: "A tile of the journal or the entries of one (C2SP tlog-tiles); the place has slashes",
        who: Who::Anybody,
        takes: None,
        answers: ("200", Body::Bytes),
    },
    Asked {
        path: "/v1/session",
        method: HttpMethod::Get,
        what: "Who is signed in",
        who: Who::Person,
        takes: None,
        answers: ("200", Body::Of("Session")),
    },
    Asked {
        path: "/v1/session",
        method: HttpMethod::Post,
        what: "Sign in",
        who: Who::Anybody,
        takes: Some(Body::Of("SignIn")),
        answers: ("200", Body::Of("Session")),
    },
    Asked {
        path: "/v1/session",
        method: HttpMethod::Delete,
        what: "Sign out",
        who: Who::Person,
        takes: None,
        answers: ("204", Body::None),
    },
    Asked {
        path: "/v1/password",
        method: HttpMethod::Post,
        what: "Change one's own password",
        who: Who::Person,
        takes: Some(Body::Of("PasswordChange")),
        answers: ("200", Body::Of("Session")),
    },
    Asked {
        path: "/v1/batches",
        method: HttpMethod::Get,
        what: "The batches that whoever asks may know of",
        who: Who::Account,
        takes: None,
        answers: ("200", Body::Many("Batch")),
    },
    Asked {
        path: "/v1/batches/{batch}",
        method: HttpMethod::Get,
        what: "One of them: its state and counts",
        who: Who::Account,
        takes: None,
        answers: ("200", Body::Of("Batch")),
    },
    Asked {
        path: "/v1/batches/{batch}",
        method: HttpMethod::Put,
        what: "Hand in a batch, in UTF-8 or with charset=cp950",
        who: Who::Account,
        takes: Some(Body::Csv),
        answers: ("201", Body::Of("Batch")),
    },
    Asked {
        path: "/v1/batches/{batch}/results",
        method: HttpMethod::Get,
        what: "What became of one's own rows",
        who: Who::Account,
        takes: None,
        answers: ("200", Body::Csv),
    },
    Asked {
        path: "/v1/batches/{batch}/answers",
        method: HttpMethod::Get,
        what: "The answers of one's own rows, within the window",
        who: Who::Account,
        takes: None,
        answers: ("200", Body::Csv),
    },
];

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
        assert_eq!(name_of(&OPERATIONS[12]), "putV1BatchesBatch");
    }

    #[test]
    fn every_schema_that_is_named_is_there() {
        let text = document().to_json().unwrap();
        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(SCHEMAS.iter().any(|(known, _)| *known == name), "{name}");
        }
    }
}
