//! Registered forms: inserted once, never changed but for the day they end. *SQL.*

use jiff::civil::Date;
use sqlx::AnyConnection;

use super::{Columns, refused};
use crate::error::ConsentError;
use crate::form::{Form, Forms};

/// Registers a form; the same form again changes nothing. Returns whether it is new.
///
/// # Errors
/// `FormContradicts` when its number and version are registered with other content; `Database`.
pub async fn insert_form(connection: &mut AnyConnection, form: &Form) -> Result<bool, ConsentError> {
    const SQL: &str = "INSERT INTO consent_form (form_id, version, title, in_force_from, in_force_to, valid_days, \
                       items, purposes, recipients, notices, text, sha256) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
                       ON CONFLICT (form_id, version) DO NOTHING";
    let done = sqlx::query(SQL)
        .bind(form.id.as_str())
        .bind(form.version.as_str())
        .bind(form.title.as_str())
        .bind(form.in_force_from.to_string())
        .bind(end_text(form.in_force_to))
        .bind(form.valid_days)
        .bind(form.items.join(" "))
        .bind(form.purposes.join(" "))
        .bind(form.recipients.join(" "))
        .bind(form.notices.join(" "))
        .bind(form.text.as_str())
        .bind(form.sha256.to_vec())
        .execute(&mut *connection)
        .await
        .map_err(refused(ACT))?;
    if done.rows_affected() == 1 {
        return Ok(true);
    }
    let forms = load_forms(connection).await?;
    let known = forms
        .find(&form.id, &form.version)
        .is_some_and(|known| **known == *form);
    if known {
        Ok(false)
    } else {
        Err(ConsentError::FormContradicts)
    }
}

/// Every registered form.
///
/// # Errors
/// `Database`; `StoredValue` when a row is not a form, or its text no longer has its hash.
pub async fn load_forms(connection: &mut AnyConnection) -> Result<Forms, ConsentError> {
    const SQL: &str = "SELECT form_id, version, title, in_force_from, in_force_to, valid_days, items, purposes, \
                       recipients, notices, text, sha256 FROM consent_form ORDER BY form_id, version";
    let rows = sqlx::query(SQL)
        .fetch_all(connection)
        .await
        .map_err(refused(ACT))?;
    rows.iter()
        .map(|row| form_of(&Columns { act: ACT, row }))
        .collect()
}

/// Gives a form that is in force without end the first day in Taipei on which it may no longer be agreed to.
///
/// # Errors
/// `StateChanged` when there is no such form, it has an end, or the day is not after its first; `Database`.
pub async fn end_form(
    connection: &mut AnyConnection,
    id: &str,
    version: &str,
    end: Date,
) -> Result<(), ConsentError> {
    const SQL: &str = "UPDATE consent_form SET in_force_to = $1 \
                       WHERE form_id = $2 AND version = $3 AND in_force_to = '' AND in_force_from < $4";
    let done = sqlx::query(SQL)
        .bind(end.to_string())
        .bind(id)
        .bind(version)
        .bind(end.to_string())
        .execute(connection)
        .await
        .map_err(refused(ACT))?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(ConsentError::StateChanged)
    }
}

fn form_of(columns: &Columns<'_>) -> Result<Form, ConsentError> {
    let list = |place, column| {
        let text: String = columns.read(place, column)?;
        Ok::<_, ConsentError>(text.split(' ').map(str::to_owned).collect())
    };
    let day = |place, column| {
        let text: String = columns.read(place, column)?;
        if text.is_empty() {
            Ok(None)
        } else {
            text.parse().map(Some).map_err(|_| columns.wrong(column))
        }
    };
    let text: String = columns.read(10, "text")?;
    let stored_hash: Vec<u8> = columns.read(11, "sha256")?;
    let sha256 = Form::hash(&text);
    if stored_hash != sha256 {
        return Err(columns.wrong("sha256"));
    }
    Ok(Form {
        id: columns.read(0, "form_id")?,
        version: columns.read(1, "version")?,
        title: columns.read(2, "title")?,
        in_force_from: day(3, "in_force_from")?.ok_or(columns.wrong("in_force_from"))?,
        in_force_to: day(4, "in_force_to")?,
        valid_days: columns.read(5, "valid_days")?,
        items: list(6, "items")?,
        purposes: list(7, "purposes")?,
        recipients: list(8, "recipients")?,
        notices: list(9, "notices")?,
        text,
        sha256,
    })
}

fn end_text(end: Option<Date>) -> String {
    end.map_or_else(String::new, |day| day.to_string())
}

const ACT: &str = "keep the forms";
