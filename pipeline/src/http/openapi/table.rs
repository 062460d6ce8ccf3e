//! What can be asked at the door: every path, what it takes and what it answers. *Pure.*

use utoipa::{
    ToSchema,
    openapi::{HttpMethod, RefOr, Schema},
};

use super::{Asked, Body, Kind, Who};
use crate::{
    audit,
    batch::Summary,
    certificate::told,
    consents::{import, outcome, view::View},
    duty::forms,
    feed,
    http::{consents, problem, session},
    sheet,
};

/// What bodies are made of: the types that are written and read, so that the document cannot say anything else.
pub(super) fn schemas() -> Vec<(String, RefOr<Schema>)> {
    let mut all = Vec::new();
    add::<problem::Body<'_>>(&mut all);
    add::<session::SignIn>(&mut all);
    add::<session::Change>(&mut all);
    add::<session::Told<'_>>(&mut all);
    add::<Summary>(&mut all);
    add::<import::Imported>(&mut all);
    add::<consents::Became>(&mut all);
    add::<outcome::Recorded>(&mut all);
    add::<View<'_>>(&mut all);
    add::<sheet::report::Report>(&mut all);
    add::<audit::report::Report>(&mut all);
    add::<forms::Line<'_>>(&mut all);
    add::<told::Told<'_>>(&mut all);
    add::<feed::Page>(&mut all);
    all
}

fn add<T: ToSchema>(all: &mut Vec<(String, RefOr<Schema>)>) {
    all.push((T::name().into_owned(), T::schema()));
    T::schemas(all);
}

pub(super) const OPERATIONS: &[Asked] = &[
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
        path: "/metrics",
        method: HttpMethod::Get,
        what: "How the house does, for Prometheus: to this machine and the addresses that the settings name",
        who: Who::Anybody,
        takes: None,
        answers: ("200", Body::Text),
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
    Asked {
        path: "/v1/consents",
        method: HttpMethod::Post,
        what: "Hand in consents ahead of their batches, in UTF-8 or with charset=cp950: all or none",
        who: Who::Account,
        takes: Some(Body::Csv),
        answers: ("200", Body::Of("Imported")),
    },
    Asked {
        path: "/v1/consents/{reference}",
        method: HttpMethod::Get,
        what: "A consent by the member's own number for it, masked, with the text it was given on",
        who: Who::Account,
        takes: None,
        answers: ("200", Body::Of("Consent")),
    },
    Asked {
        path: "/v1/consents/{reference}/outcome",
        method: HttpMethod::Post,
        what: "What became of the credit, or that the consent was withdrawn",
        who: Who::Account,
        takes: Some(Body::Of("Outcome")),
        answers: ("200", Body::Of("Recorded")),
    },
    Asked {
        path: "/v1/sheets",
        method: HttpMethod::Get,
        what: "The weekly sheets and how far each has come",
        who: Who::Account,
        takes: None,
        answers: ("200", Body::Many("Sheet")),
    },
    Asked {
        path: "/v1/sheets/{week}/{querier}",
        method: HttpMethod::Get,
        what: "One of them with its lines",
        who: Who::Account,
        takes: None,
        answers: ("200", Body::Of("Sheet")),
    },
    Asked {
        path: "/v1/samples",
        method: HttpMethod::Get,
        what: "The monthly samples and how far each has come",
        who: Who::Account,
        takes: None,
        answers: ("200", Body::Many("Sample")),
    },
    Asked {
        path: "/v1/samples/{month}",
        method: HttpMethod::Get,
        what: "The sample of that month with its records",
        who: Who::Account,
        takes: None,
        answers: ("200", Body::Of("Sample")),
    },
    Asked {
        path: "/v1/duties",
        method: HttpMethod::Get,
        what: "The duties of today that are not closed",
        who: Who::Account,
        takes: None,
        answers: ("200", Body::Many("Duty")),
    },
    Asked {
        path: "/v1/certificates",
        method: HttpMethod::Get,
        what: "The certificates of what was destroyed",
        who: Who::Account,
        takes: None,
        answers: ("200", Body::Many("Certificate")),
    },
    Asked {
        path: "/v1/certificates/{cohort}",
        method: HttpMethod::Get,
        what: "The newest of a cohort",
        who: Who::Account,
        takes: None,
        answers: ("200", Body::Of("Certificate")),
    },
    Asked {
        path: "/v1/certificates/{cohort}/file",
        method: HttpMethod::Get,
        what: "The same as a file: a signed note",
        who: Who::Account,
        takes: None,
        answers: ("200", Body::Text),
    },
    Asked {
        path: "/v1/events",
        method: HttpMethod::Get,
        what: "What has happened since the event after: settled batches, withdrawals, duties that are due",
        who: Who::Account,
        takes: None,
        answers: ("200", Body::Of("Events")),
    },
];

/// What stands in a path, and such a one.
pub(super) const PLACES: &[(&str, Kind, &str)] = &[
    ("place", Kind::Text, "0/000"),
    ("batch", Kind::Like(BATCH), "004-1151102-01"),
    ("reference", Kind::Like("^[A-Za-z0-9_-]{1,40}$"), "LC-AHEAD-001"),
    ("week", Kind::Like(WEEK), "2026-W45"),
    ("querier", Kind::Like(ACCOUNT), "chen.yl"),
    ("month", Kind::Like(MONTH), "2026-11"),
    ("cohort", Kind::Like("^[a-z]+-[0-9]{6,10}$"), "answer-2026110202"),
];

/// Which parameters a path takes after its question mark.
pub(super) const QUERIES: &[(&str, &[(&str, Kind)])] = &[
    (
        "/v1/batches",
        &[
            ("state", Kind::One(&["accepted", "settled"])),
            ("after", Kind::Like(BATCH)),
            LIMIT,
        ],
    ),
    (
        "/v1/sheets",
        &[
            ("week", Kind::Like(WEEK)),
            ("querier", Kind::Like(ACCOUNT)),
            ("state", Kind::One(&["unsigned", "signed", "approved"])),
            ("after", Kind::Number),
            LIMIT,
        ],
    ),
    (
        "/v1/samples",
        &[
            ("month", Kind::Like(MONTH)),
            ("state", Kind::One(&["committed", "frozen", "drawn"])),
            ("after", Kind::Like("^20[0-9]{2}-(0[1-9]|1[0-2])/[0-9]{3}$")),
            LIMIT,
        ],
    ),
    (
        "/v1/duties",
        &[
            ("state", Kind::One(&["open", "due", "overdue", "closed"])),
            ("owner", Kind::Role),
            ("clause", Kind::Text),
            (
                "after",
                Kind::Like("^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])/[a-z0-9_./-]{1,80}$"),
            ),
            LIMIT,
        ],
    ),
    (
        "/v1/certificates",
        &[
            ("class", Kind::Class),
            ("state", Kind::One(&["deleted", "erased"])),
            ("after", Kind::Number),
            LIMIT,
        ],
    ),
    ("/v1/sheets/{week}/{querier}", &[("unit", Kind::Text)]),
    ("/v1/events", &[("after", Kind::Number), LIMIT]),
];

/// Lists whose answers come in pages: where there is more, the header `Link` tells where.
pub(super) const PAGED: &[&str] = &[
    "/v1/batches",
    "/v1/sheets",
    "/v1/samples",
    "/v1/duties",
    "/v1/certificates",
];

const LIMIT: (&str, Kind) = ("limit", Kind::Limit);
const BATCH: &str = "^[0-9]{3}-1[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])-[0-9]{2}$";
const WEEK: &str = "^20[0-9]{2}-W(0[1-9]|[1-4][0-9]|5[0-2])$";
const MONTH: &str = "^20[0-9]{2}-(0[1-9]|1[0-2])$";
const ACCOUNT: &str = "^[A-Za-z0-9._-]{1,32}$";
