//! What is said of a paper: each field that its kind asks for, once, in its form, and nobody's identity number. *Pure.*

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::{
    access::authorisation::Authorisation,
    duty::owner,
    error::{Error, Result},
    regime::{
        Regime,
        papers::{FieldRule, Form, PaperRule},
        people::Party,
    },
};

/// The fields of a paper by name.
pub type Fields = BTreeMap<String, String>;

/// What fields are held against.
pub struct Known<'k> {
    /// Everybody of the one whose paper it is.
    pub people: &'k [Authorisation],
    /// The `age` recipients of the member.
    pub recipients: &'k [String],
    /// Today.
    pub today: Date,
}

/// Reads `given`, each `NAME=VALUE`, for a paper of `rule`.
///
/// # Errors
/// `REGISTER-FIELD`.
pub fn read(regime: &Regime, rule: &PaperRule, given: &[String], known: &Known<'_>) -> Result<Fields> {
    let mut fields = Fields::new();
    for pair in given {
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| refused("a field is not NAME=VALUE"))?;
        let field = rule
            .field(name)
            .ok_or_else(|| refused("such a paper has no field of that name"))?;
        check(regime, field, value, known)?;
        if fields.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(refused(&format!("the field {name} stands there twice")));
        }
    }
    let missing = rule.fields.iter().find(|field| !fields.contains_key(&field.name));
    match missing {
        Some(field) => Err(refused(&format!("the field {} is missing", field.name))),
        None => Ok(fields),
    }
}

fn check(regime: &Regime, field: &FieldRule, value: &str, known: &Known<'_>) -> Result<()> {
    let name = &field.name;
    let fits = (1..=100).contains(&value.chars().count()) && !value.chars().any(char::is_control);
    if !fits || mayfly_consent::cells::holds_identity_number(value) {
        return Err(refused(&format!(
            "the field {name} is empty, longer than 100 characters, or holds control characters or an identity number"
        )));
    }
    let wrong = match field.form {
        Form::Text => None,
        Form::Number => {
            let is_number = value.len() <= 12 && value.bytes().all(|byte| byte.is_ascii_digit());
            (!is_number).then(|| "takes a number".to_owned())
        }
        Form::Day => {
            let day = value.parse::<Date>();
            let is_past = day.is_ok_and(|day| day <= known.today);
            (!is_past).then(|| "takes a day, YYYY-MM-DD, that is not to come".to_owned())
        }
        Form::Choice => {
            let there = field.one_of.iter().any(|one| one == value);
            (!there).then(|| format!("takes {}", field.one_of.join(" or ")))
        }
        Form::Recipient => {
            let there = known.recipients.iter().any(|one| one == value);
            (!there).then(|| "takes one of the member's age recipients".to_owned())
        }
        Form::Account => account(regime, field, value, known),
    };
    wrong.map_or(Ok(()), |wrong| Err(refused(&format!("the field {name} {wrong}"))))
}

fn account(regime: &Regime, field: &FieldRule, value: &str, known: &Known<'_>) -> Option<String> {
    let mut of_account = known.people.iter().filter(|line| line.account == value);
    match &field.role {
        None => of_account
            .next()
            .is_none()
            .then(|| "takes an account that is known there".to_owned()),
        Some(id) => {
            let has = |line: &Authorisation| {
                let role = regime.role(id, Party::of(&line.member));
                line.holds_on(known.today) && role.is_some_and(|role| owner::has(line, role))
            };
            (!of_account.any(has)).then(|| format!("takes an account that has the role {id} there today"))
        }
    }
}

fn refused(what: &str) -> Error {
    Error::Input {
        code: "REGISTER-FIELD",
        sentence: format!("the paper is refused: {what}"),
        remedy: "`mayfly register kinds` names the fields of each kind and what they take; give each once as --field NAME=VALUE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(account: &str, query: bool, from: &str, to: Option<&str>) -> Authorisation {
        Authorisation {
            member: "004".into(),
            account: account.into(),
            name: "虛構".into(),
            title: String::new(),
            query,
            approve: false,
            review: false,
            roles: if query { vec![] } else { vec!["unit_head".into()] },
            from: from.parse().unwrap(),
            approved_by: "wu.head".into(),
            to: to.map(|day| day.parse().unwrap()),
            ended_by: String::new(),
            person: account.into(),
            unit: String::new(),
            level: String::new(),
        }
    }

    #[test]
    fn each_field_is_asked_for_once_and_in_its_form() {
        let regime = Regime::jcic_2024().unwrap();
        let people = [
            person("chen.yl", true, "2026-01-01", None),
            person("old.q", true, "2026-01-01", Some("2026-11-02")),
            person("wu.head", false, "2026-01-01", None),
        ];
        let known = Known {
            people: &people,
            recipients: &["age1x".to_owned()],
            today: jiff::civil::date(2026, 11, 2),
        };
        let said = |kind: &str, given: &[&str]| {
            let given: Vec<String> = given.iter().map(|&text| text.to_owned()).collect();
            let read = read(&regime, regime.paper(kind).unwrap(), &given, &known);
            read.map_or_else(
                |error| error.to_string(),
                |fields| format!("{} fields", fields.len()),
            )
        };
        #[track_caller]
        fn check(said: &str, expected: &str) {
            assert!(said.contains(expected), "{said}");
        }
        let sent = ["unit_head=wu.head", "querier=chen.yl", "mail_no=RR=1"];
        check(&said("card_password_sent", &sent), "3 fields");
        check(&said("card_password_sent", &sent[..2]), "mail_no is missing");
        check(&said("card_password_sent", &[sent[0], sent[0]]), "twice");
        check(&said("card_password_sent", &["unit_head"]), "NAME=VALUE");
        check(
            &said("card_password_sent", &["head=wu.head"]),
            "no field of that name",
        );
        check(&said("card_password_sent", &["querier=wu.head"]), "role querier");
        check(&said("card_password_sent", &["querier=old.q"]), "role querier");
        check(
            &said("card_password_sent", &["mail_no=A123456789"]),
            "identity number",
        );
        check(&said("card_password_sent", &["mail_no="]), "empty");
        check(&said("password_leak", &["account=nobody"]), "known there");
        check(&said("password_leak", &["account=old.q"]), "1 fields");
        check(
            &said("password_changed", &["changed_on=2026-11-03"]),
            "takes a day",
        );
        check(&said("password_changed", &["changed_on=2026-11-02"]), "1 fields");
        check(&said("card_use_report", &["cards=-1"]), "takes a number");
        check(
            &said("recipient_country", &["recipient=age1x", "country=TW"]),
            "2 fields",
        );
        check(&said("recipient_country", &["recipient=age1y"]), "age recipients");
        check(&said("recipient_country", &["country=US"]), "takes TW");
    }
}
