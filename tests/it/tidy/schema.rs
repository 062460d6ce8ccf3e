//! Tables and statements: every table has a retention class, every statement as many values as places. *Edge.*

use mayfly_retention::{
    Class,
    classes::{Classes, JCIC_2024},
};

use super::{
    nothing_in,
    source::{Source, rust, with_ending},
};

#[test]
fn every_table_names_its_retention_class() {
    let migrations = with_ending(&["consent", "retention", "pipeline"], ".sql");
    let tables: usize = migrations
        .iter()
        .map(|source| source.text.matches("CREATE TABLE").count())
        .sum();
    assert!(tables > 10, "only {tables} tables were found");
    nothing_in(migrations.iter().flat_map(classless).collect());
    let control = |text| classless(&Source::sample("x.sql", text)).len();
    assert_eq!(control("-- class: query. Batches.\nCREATE TABLE batch (\n);"), 0);
    assert_eq!(
        control("-- class: register. Words\n-- in two lines.\nCREATE TABLE house (\n);"),
        0
    );
    assert_eq!(control("-- Batches.\nCREATE TABLE batch (\n);"), 1);
    assert_eq!(control("-- class: for_ever.\nCREATE TABLE batch (\n);"), 1);
    assert_eq!(
        control("-- class: query.\nCREATE TABLE a (\n);\n\nCREATE TABLE b (\n);"),
        1
    );
}

/// What the migrations say and what the file of classes says, which start-up obeys, is the same.
#[test]
fn every_table_has_the_class_that_its_file_gives_it() {
    let classes = Classes::parse(JCIC_2024).unwrap();
    let mut known: Vec<&String> = classes.tables().keys().collect();
    for source in with_ending(&["consent", "pipeline"], ".sql") {
        let mut class = "";
        for line in source.text.lines() {
            if let Some(rest) = line.strip_prefix("-- class: ") {
                class = rest.split('.').next().unwrap();
            }
            if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                let name = rest.trim_end_matches(" (");
                let table = classes.tables().get(name);
                assert_eq!(table.map(|table| table.class.name()), Some(class), "{name}");
                known.retain(|known| *known != name);
            }
        }
    }
    assert!(known.is_empty(), "classes of tables that are nowhere: {known:?}");
}

fn classless(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.text.lines().collect();
    let tables = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.starts_with("CREATE TABLE"));
    let classless = tables.filter(|(at, _)| {
        let comment = lines[..*at]
            .iter()
            .rev()
            .take_while(|line| line.starts_with("--"));
        let class = comment.filter_map(|line| line.strip_prefix("-- class: ")).next();
        let class = class.and_then(|rest| rest.split('.').next());
        class.is_none_or(|class| Class::parse(class).is_err())
    });
    classless
        .map(|(_, line)| format!("{}: no class for {line}", source.path))
        .collect()
}

/// The two engines have the same tables, column by column, comments included; only the names of the types differ.
#[test]
fn both_databases_have_the_same_migrations() {
    let migrations = with_ending(&["consent", "pipeline"], ".sql");
    let of = |engine: &str| -> Vec<&Source> {
        let mark = format!("/migrations/{engine}/");
        migrations
            .iter()
            .filter(|source| source.path.contains(&mark))
            .collect()
    };
    let (sqlite, postgres) = (of("sqlite"), of("postgres"));
    assert_eq!((sqlite.len(), postgres.len()), (2, 2));
    for (ours, theirs) in sqlite.iter().zip(&postgres) {
        assert_eq!(ours.path.replace("/sqlite/", "/postgres/"), theirs.path);
        for (line, (ours, theirs)) in for_postgres(&ours.text)
            .lines()
            .zip(theirs.text.lines())
            .enumerate()
        {
            assert_eq!(
                words(ours),
                words(theirs),
                "{} line {}",
                postgres[0].path,
                line + 1
            );
        }
        assert_eq!(ours.text.lines().count(), theirs.text.lines().count());
    }
    assert_eq!(
        for_postgres("a INTEGER,\n) STRICT, WITHOUT ROWID;"),
        "a BIGINT,\n);"
    );
}

fn for_postgres(sqlite: &str) -> String {
    sqlite
        .replace("INTEGER", "BIGINT")
        .replace("BLOB", "BYTEA")
        .replace(") STRICT, WITHOUT ROWID;", ");")
        .replace(") STRICT;", ");")
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// A missing `.bind()` is silently NULL on SQLite.
#[test]
fn every_statement_binds_as_many_values_as_it_has_places() {
    let sources = rust();
    let statements: usize = sources.iter().map(|source| statements(source).len()).sum();
    assert!(statements > 40, "only {statements} statements were found");
    nothing_in(sources.iter().flat_map(unbound).collect());
    let control = |code| unbound(&Source::sample("x/src/y.rs", code)).len();
    assert_eq!(
        control("sqlx::query(\"SELECT $1, $2\").bind(a).bind(b).fetch_all(c)"),
        0
    );
    assert_eq!(control("sqlx::query(\"SELECT $1, $1\").bind(a).fetch_all(c)"), 0);
    assert_eq!(control("sqlx::query(\"SELECT $1, $2\").bind(a).fetch_all(c)"), 1);
    assert_eq!(control("sqlx::query(\"SELECT 1\").bind(a).execute(c)"), 1);
    assert_eq!(
        control("sqlx::query(concat!(\"SELECT $1\", \", $2\")).bind(a).execute(c)"),
        1
    );
}

fn unbound(source: &Source) -> Vec<String> {
    let wrong = statements(source)
        .into_iter()
        .filter(|(places, values, _)| places != values);
    wrong
        .map(|(places, values, sql)| format!("{}: {places} places, {values} values: {sql}", source.path))
        .collect()
}

/// Places, values and the beginning of each statement whose text stands where it is run.
fn statements(source: &Source) -> Vec<(usize, usize, String)> {
    if !source.is_product() {
        return Vec::new();
    }
    let code = source.code(true);
    let spans = code.split("sqlx::query(").skip(1).filter_map(|after| {
        let sql = after.trim_start();
        let written_here = sql.starts_with('"') || sql.starts_with("concat!(");
        let end = [".execute(", ".fetch_", "\n}"]
            .iter()
            .filter_map(|end| sql.find(end))
            .min()?;
        written_here.then(|| &sql[..end])
    });
    spans
        .filter(|span| !span.contains(".fold("))
        .map(|span| {
            let numbers = span.split('$').skip(1).filter_map(|after| {
                let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
                digits.parse::<usize>().ok()
            });
            (
                numbers.max().unwrap_or(0),
                span.matches(".bind(").count(),
                span.chars().take(60).collect(),
            )
        })
        .collect()
}
