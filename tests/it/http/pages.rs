//! Lists over HTTP: by filter, page by page, nobody another's; and every answer as the document describes it. *Edge.*

use serde_json::Value;

use super::{
    caller::{Served, until},
    members::{BATCH, MONDAY, WORDS, full, get},
    problem,
};
use crate::{
    batch_file::{BatchRow, batch_file},
    signin::person::Person,
};

/// What a list tells, page by page of `limit`, by its own links.
fn walk(served: &Served, person: &Person, path: &str, limit: usize) -> Vec<Value> {
    let sign = if path.contains('?') { '&' } else { '?' };
    let mut next = Some(format!("{path}{sign}limit={limit}"));
    let (mut all, mut pages) = (Vec::new(), 0);
    while let Some(path) = next {
        let answer = get(served, person, &path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        let page = answer.json().as_array().unwrap().clone();
        let link = answer.header("link").map(str::to_owned);
        assert!(
            page.len() <= limit && (link.is_none() || page.len() == limit),
            "{path}"
        );
        all.extend(page);
        next = link.map(|link| {
            let (path, rest) = link.strip_prefix('<').unwrap().split_once('>').unwrap();
            assert_eq!(rest, "; rel=\"next\"");
            path.to_owned()
        });
        pages += 1;
        assert!(pages < 1_000, "{path:?} has no end", path = next);
    }
    all
}

#[test]
fn a_list_comes_in_pages_and_by_what_is_asked() {
    let sandbox = full();
    for number in 2..5 {
        let file = sandbox.file(
            &format!("004-1151102-0{number}.csv"),
            batch_file(&[BatchRow::valid(10 + number)]),
        );
        sandbox.at(MONDAY, ["batch", "submit"], [file]).expect(0);
    }
    let served = Served::open(&sandbox, MONDAY, &[]);
    let own = Person::settled(&sandbox, &served, ("004/chen.yl", MONDAY), WORDS);
    let other = Person::settled(&sandbox, &served, ("012/chou.q", MONDAY), WORDS);
    let bureau = Person::settled(&sandbox, &served, ("bureau/he.cmp", MONDAY), WORDS);
    let whole = |person: &Person, path: &str| {
        let answer = get(&served, person, path);
        assert_eq!(answer.header("link"), None, "{path}");
        answer.json().as_array().unwrap().clone()
    };
    until("the batches are not worked", || {
        whole(&own, "/v1/batches?state=accepted").is_empty().then_some(())
    });
    for (path, least) in [
        ("/v1/batches", 4),
        ("/v1/sheets", 2),
        ("/v1/samples", 1),
        ("/v1/duties", 5),
        ("/v1/certificates", 2),
    ] {
        for person in [&own, &bureau] {
            let all = whole(person, path);
            assert!(all.len() >= least, "{path}: {}", all.len());
            for limit in [1, 2, all.len(), 1_000] {
                assert_eq!(walk(&served, person, path, limit), all, "{path} by {limit}");
            }
        }
    }
    for (path, field, words) in [
        ("/v1/batches", "state", &["accepted", "settled"][..]),
        ("/v1/sheets", "state", &["unsigned", "signed", "approved"]),
        ("/v1/samples", "state", &["committed", "frozen", "drawn"]),
        ("/v1/certificates", "state", &["deleted", "erased"]),
        ("/v1/certificates", "class", &["answer", "intake", "query"]),
        ("/v1/duties", "state", &["open", "due", "overdue"]),
    ] {
        let all = whole(&own, path);
        let mut found = 0;
        for word in words {
            let asked = format!("{path}?{field}={word}");
            let named: Vec<_> = all.iter().filter(|item| item[field] == *word).cloned().collect();
            assert_eq!(whole(&own, &asked), named, "{asked}");
            assert_eq!(walk(&served, &own, &asked, 1), named, "{asked}");
            found += named.len();
        }
        assert_eq!(found, all.len(), "{path} by {field}");
    }
    let sheets = whole(&own, "/v1/sheets");
    let (week, querier) = (&sheets[0]["week"], &sheets[0]["querier"]);
    let (week, querier) = (week.as_str().unwrap(), querier.as_str().unwrap());
    let one = whole(&own, &format!("/v1/sheets?week={week}&querier={querier}"));
    assert_eq!(one, sheets[..1]);
    assert!(whole(&own, "/v1/sheets?week=2020-W01").is_empty());
    let month = whole(&own, "/v1/samples")[0]["month"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(!whole(&own, &format!("/v1/samples?month={month}")).is_empty());
    let owner = whole(&own, "/v1/duties")[0]["owner"].as_str().unwrap().to_owned();
    let theirs = whole(&own, &format!("/v1/duties?owner={owner}"));
    assert!(!theirs.is_empty() && theirs.iter().all(|duty| duty["owner"] == owner.as_str()));
    problem(&get(&served, &own, "/v1/duties?owner=nobody"), 422, "DUTY-RULE");
    // Nothing is told of another member by its cursors.
    let number = sheets[0]["sheet"].to_string();
    assert!(whole(&other, &format!("/v1/sheets?after={number}")).is_empty());
    for wrong in [
        "/v1/batches?state=lost",
        "/v1/sheets?week=2026-45",
        "/v1/sheets?limit=0",
        "/v1/sheets?after=-1",
        "/v1/samples?month=2026-13",
        "/v1/samples?after=x",
        "/v1/duties?state=x",
        "/v1/duties?after=tomorrow/x",
        "/v1/certificates?class=x",
        "/v1/certificates?limit=1&limit=2",
        "/v1/certificates?cohort=x",
    ] {
        problem(&get(&served, &own, wrong), 400, "HTTP-QUERY");
    }
    problem(
        &get(&served, &other, &format!("/v1/batches?after={BATCH}")),
        404,
        "BATCH-UNKNOWN",
    );
    served.end();
}

/// Every field that is told stands in the document, and every one that is promised is told.
#[test]
fn what_is_answered_is_what_the_document_describes() {
    let sandbox = full();
    let served = Served::open(&sandbox, MONDAY, &[]);
    let own = Person::settled(&sandbox, &served, ("004/chen.yl", MONDAY), WORDS);
    let document = served.say("GET", "/openapi.json").json();
    let list = |path: &str| get(&served, &own, path).json();
    let week = list("/v1/sheets?querier=chen.yl")[0]["week"]
        .as_str()
        .unwrap()
        .to_owned();
    let cohort = list("/v1/certificates")[0]["cohort"].as_str().unwrap().to_owned();
    let mut seen = 0;
    for (template, path) in [
        ("/v1/session", "/v1/session".to_owned()),
        ("/v1/batches", "/v1/batches".to_owned()),
        ("/v1/batches/{batch}", format!("/v1/batches/{BATCH}")),
        ("/v1/consents/{reference}", "/v1/consents/T-000077".to_owned()),
        ("/v1/sheets", "/v1/sheets".to_owned()),
        (
            "/v1/sheets/{week}/{querier}",
            format!("/v1/sheets/{week}/chen.yl"),
        ),
        ("/v1/samples", "/v1/samples".to_owned()),
        ("/v1/duties", "/v1/duties".to_owned()),
        ("/v1/certificates", "/v1/certificates".to_owned()),
        ("/v1/certificates/{cohort}", format!("/v1/certificates/{cohort}")),
        ("/v1/events", "/v1/events".to_owned()),
    ] {
        let answer = get(&served, &own, &path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        let schema =
            &document["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        seen += hold(&document, schema, &answer.json(), template);
    }
    assert!(seen > 100, "{seen} objects were held to the document");
    served.end();
}

/// Holds `value` to `schema`; returns how many fields were.
fn hold(document: &Value, schema: &Value, value: &Value, place: &str) -> usize {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = document.pointer(reference.strip_prefix('#').unwrap());
        return hold(document, schema.expect(reference), value, reference);
    }
    if let Some(items) = value.as_array() {
        return items
            .iter()
            .map(|item| hold(document, &schema["items"], item, place))
            .sum();
    }
    let either = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    if let Some(either) = either {
        let is_null = |schema: &&Value| schema["type"] == "null";
        return match value.is_null() {
            true => usize::from(either.iter().any(|schema| is_null(&schema))),
            false => {
                let other = either.iter().find(|schema| !is_null(schema)).unwrap();
                hold(document, other, value, place)
            }
        };
    }
    let Some(fields) = value.as_object() else {
        return 1;
    };
    let parts = schema["allOf"]
        .as_array()
        .cloned()
        .unwrap_or(vec![schema.clone()]);
    let parts = parts.iter().map(|part| match part["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => part,
    });
    let parts: Vec<_> = parts.collect();
    for required in parts
        .iter()
        .filter_map(|part| part["required"].as_array())
        .flatten()
    {
        let name = required.as_str().unwrap();
        assert!(fields.contains_key(name), "{place} promises {name}");
    }
    fields
        .iter()
        .map(|(name, value)| {
            let mut told = parts.iter().filter_map(|part| {
                let of_any = Some(&part["additionalProperties"]).filter(|any| any.is_object());
                part["properties"].get(name).or(of_any)
            });
            let told = told
                .next()
                .unwrap_or_else(|| panic!("{place} does not describe {name}"));
            hold(document, told, value, place)
        })
        .sum()
}
