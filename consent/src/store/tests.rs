//! Tests of the store: on SQLite in memory, or with the feature `postgres` in a schema of their own on a server. *SQL.*

use jiff::Timestamp;
use jiff::civil::date;
use sqlx::{AnyConnection, Connection};

use super::*;
use crate::code_list::{Channel, IdvMethod, IdvResult};
use crate::form::Form;
use crate::outcome::Outcome;
use crate::record::RegisteredTerms;

#[cfg(feature = "postgres")]
#[expect(
    clippy::disallowed_methods,
    reason = "`.ci/postgres` tells the server's address to tests only so"
)]
async fn engine() -> (AnyConnection, &'static [(&'static str, &'static str)]) {
    let url =
        std::env::var("MAYFLY_TEST_POSTGRES").expect("MAYFLY_TEST_POSTGRES is not set: see `.ci/postgres`");
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    // Gone with the connection, and nobody else's: the tables of one session.
    sqlx::raw_sql("SET search_path = pg_temp")
        .execute(&mut connection)
        .await
        .unwrap();
    (connection, MIGRATIONS_POSTGRES)
}

#[cfg(not(feature = "postgres"))]
async fn engine() -> (AnyConnection, &'static [(&'static str, &'static str)]) {
    (
        AnyConnection::connect("sqlite::memory:").await.unwrap(),
        MIGRATIONS_SQLITE,
    )
}

async fn store() -> AnyConnection {
    sqlx::any::install_default_drivers();
    let (mut connection, migrations) = engine().await;
    for (_, text) in migrations {
        sqlx::raw_sql(*text).execute(&mut connection).await.unwrap();
    }
    connection
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn terms() -> RegisteredTerms {
    RegisteredTerms {
        channel: Channel::Electronic,
        consented_at: at("2026-11-01T01:00:00.000001Z"),
        has_source: true,
        form_id: "LN-01".into(),
        form_version: "3".into(),
        form_sha256: Some([9; 32]),
        idv_method: IdvMethod::ChipCard,
        idv_result: IdvResult::Passed,
        idv_at: at("2026-11-01T00:59:00Z"),
    }
}

/// `count` consents of a member, numbered on from `first`.
async fn register(
    connection: &mut AnyConnection,
    member: &str,
    first: i64,
    refs: &[String],
) -> Result<(), ConsentError> {
    let (terms, sealed) = (terms(), [0xA5; 600]);
    let mut consents = Vec::new();
    for (ordinal, consent_ref) in (3..).zip(refs) {
        consents.push(NewConsent {
            member,
            consent_ref,
            subject_index: [1; 16],
            content_tag: [2; 16],
            terms: &terms,
            ordinal,
            sealed: &sealed,
        });
    }
    let registration = Registration {
        registered_at: at("2026-11-02T02:00:00Z"),
        cohort: "consent-2026-11",
        salt: &[3; 32],
    };
    insert_consents(connection, first, &registration, &consents).await
}

fn refs(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("L{number:06}")).collect()
}

fn form() -> Form {
    Form::parse(include_str!("../../../fixtures/forms/LN-01-3.toml")).unwrap()
}

#[tokio::test]
async fn a_form_is_registered_once_and_never_changed() {
    let mut connection = store().await;
    assert_eq!(insert_form(&mut connection, &form()).await, Ok(true));
    assert_eq!(insert_form(&mut connection, &form()).await, Ok(false));
    let changed = Form {
        valid_days: 91,
        ..form()
    };
    assert_eq!(
        insert_form(&mut connection, &changed).await,
        Err(ConsentError::FormContradicts)
    );
    let forms = load_forms(&mut connection).await.unwrap();
    assert_eq!(**forms.find("LN-01", "3").unwrap(), form());
    end_form(&mut connection, "LN-01", "3", date(2027, 6, 1))
        .await
        .unwrap();
    let forms = load_forms(&mut connection).await.unwrap();
    assert_eq!(
        forms.find("LN-01", "3").unwrap().in_force_to,
        Some(date(2027, 6, 1))
    );
    let again = end_form(&mut connection, "LN-01", "3", date(2027, 7, 1)).await;
    assert_eq!(again, Err(ConsentError::StateChanged));
}

#[tokio::test]
async fn a_form_whose_text_was_altered_is_noticed() {
    let mut connection = store().await;
    insert_form(&mut connection, &form()).await.unwrap();
    sqlx::query("UPDATE consent_form SET text = 'another'")
        .execute(&mut connection)
        .await
        .unwrap();
    let error = load_forms(&mut connection).await.err();
    assert_eq!(
        error,
        Some(ConsentError::StoredValue {
            act: "keep the forms",
            column: "sha256"
        })
    );
}

#[tokio::test]
async fn consents_are_found_by_member_and_number() {
    let mut connection = store().await;
    let mut all = refs(1_234);
    all[7] = " 授權 7 號".to_owned();
    register(&mut connection, "004", 1, &all).await.unwrap();
    register(&mut connection, "005", 2_001, &all[..3]).await.unwrap();

    let wanted: Vec<&str> = all.iter().map(String::as_str).chain(["L-none"]).collect();
    let found = find_consents(&mut connection, "004", &wanted).await.unwrap();
    assert_eq!(found.len(), 1_234);
    let mut numbers: Vec<i64> = found.iter().map(|row| row.consent_no).collect();
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(1..=1_234));
    assert!(
        found
            .iter()
            .all(|row| row.terms == terms() && row.withdrawn_at.is_none() && row.outcome.is_none())
    );
    assert_eq!(
        find_consents(&mut connection, "005", &wanted)
            .await
            .unwrap()
            .len(),
        3
    );
    let seventh = find_consents(&mut connection, "004", &["L-none", " 授權 7 號"])
        .await
        .unwrap();
    assert_eq!(seventh.iter().map(|row| row.consent_no).collect::<Vec<_>>(), [8]);
    assert!(
        find_consents(&mut connection, "004", &[])
            .await
            .unwrap()
            .is_empty()
    );

    let others = refs_of_other_members(&mut connection, &wanted, "005")
        .await
        .unwrap();
    assert_eq!(others.len(), 1_234);
    let mut others = refs_of_other_members(&mut connection, &wanted, "004")
        .await
        .unwrap();
    others.sort();
    assert_eq!(others, all[..3]);
}

#[tokio::test]
async fn a_row_becomes_what_the_rules_ask_for() {
    let mut connection = store().await;
    register(&mut connection, "004", 1, &refs(1)).await.unwrap();
    let row = find_consents(&mut connection, "004", &["L000000"])
        .await
        .unwrap()
        .remove(0);
    let known = row.clone().registered(Some(&[1; 16]), Some(&[2; 16]), 0);
    assert!(known.same_subject && known.same_content == Some(true) && !known.withdrawn);
    let known = row.clone().registered(Some(&[9; 16]), Some(&[9; 16]), 1);
    assert!(!known.same_subject && known.same_content == Some(false) && known.uses_taken == 1);
    assert_eq!(row.registered(None, None, 0).same_content, None);
}

#[tokio::test]
async fn one_number_of_a_member_is_registered_once() {
    let mut connection = store().await;
    register(&mut connection, "004", 1, &refs(1)).await.unwrap();
    let error = register(&mut connection, "004", 2, &refs(1)).await.unwrap_err();
    assert_eq!(error, ConsentError::StateChanged);
    register(&mut connection, "005", 2, &refs(1)).await.unwrap();
}

#[tokio::test]
async fn one_consent_is_shown_and_changed_from_the_state_expected() {
    let mut connection = store().await;
    register(&mut connection, "004", 7, &refs(1)).await.unwrap();
    let shown = one(&mut connection, "004", "L000000").await.unwrap().unwrap();
    assert_eq!(
        (shown.row.consent_no, shown.ordinal, shown.cohort.as_str()),
        (7, 3, "consent-2026-11")
    );
    assert_eq!((shown.sealed, shown.salt), (vec![0xA5; 600], vec![3; 32]));
    assert!(one(&mut connection, "005", "L000000").await.unwrap().is_none());

    let now = at("2026-11-03T00:00:00Z");
    assert_eq!(
        set_withdrawn(&mut connection, 8, now).await,
        Err(ConsentError::StateChanged)
    );
    assert_eq!(set_withdrawn(&mut connection, 7, now).await, Ok(()));
    assert_eq!(
        set_withdrawn(&mut connection, 7, now).await,
        Err(ConsentError::StateChanged)
    );

    let refused = Outcome::Refused {
        on: date(2026, 11, 5),
    };
    let granted = Outcome::Granted {
        credit_end: date(2046, 11, 5),
    };
    assert_eq!(set_outcome(&mut connection, 7, None, refused).await, Ok(()));
    assert_eq!(
        set_outcome(&mut connection, 7, None, granted).await,
        Err(ConsentError::StateChanged)
    );
    assert_eq!(
        set_outcome(&mut connection, 7, Some(refused), granted).await,
        Ok(())
    );
    let row = one(&mut connection, "004", "L000000").await.unwrap().unwrap().row;
    assert_eq!((row.withdrawn_at, row.outcome), (Some(now), Some(granted)));
}
