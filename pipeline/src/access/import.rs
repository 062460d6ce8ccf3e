//! Loads master data: members, the 授權表 and forms; each file whole or not at all, in one transaction. *SQL.*

use std::path::PathBuf;

use mayfly_consent::{Form, store};
use serde::Serialize;
use sqlx::AnyConnection;

use super::{OPERATOR, changes, members, staff, table::read_text};
use crate::{
    app::House,
    db::meta,
    error::{Error, Result},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
};

/// Which register.
#[derive(Clone, Copy)]
pub enum Register {
    /// Member institutions.
    Members,
    /// The 授權表.
    Staff,
    /// Form versions.
    Forms,
}

/// What an import changed.
#[derive(Serialize)]
pub struct Imported {
    /// Files that were read.
    pub files: usize,
    /// Lines or forms that are new or changed.
    pub changed: u64,
}

/// Imports `files` into `register`; one file that is refused refuses all of them.
pub async fn import(house: &House, register: Register, files: &[PathBuf]) -> Result<Imported> {
    let now = house.clock.now();
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    let mut imported = Imported {
        files: files.len(),
        changed: 0,
    };
    let mut staff = staff::Import::new(&house.regime, house.today(now));
    for path in files {
        imported.changed += match register {
            Register::Members => members::store(&mut *conn, path, &members::read(path)?).await?,
            Register::Staff => staff.store(&mut *conn, path, &staff.read(path)?).await?,
            Register::Forms => u64::from(store_form(&mut *conn, &read_form(path)?).await?),
        };
    }
    if imported.changed > 0 {
        meta::registers_changed(&mut *conn).await?;
        let act = Act {
            kind: Kind::Import,
            member: "",
            reference: register.name(),
        };
        act::enter(house, &mut *conn, &act, &imported, now).await?;
        changes::enter(house, &mut *conn, &staff.changes, OPERATOR, now).await?;
    }
    tx.commit().await?;
    tracing::info!(register = register.name(), changed = imported.changed, "imported");
    journal::signing::sign(house).await?;
    Ok(imported)
}

impl Register {
    fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Staff => "staff",
            Self::Forms => "forms",
        }
    }
}

/// Registers a form; one that is registered may be given its end, and nothing else (四(二)3(4)).
async fn store_form(conn: &mut AnyConnection, form: &Form) -> Result<bool> {
    let forms = store::load_forms(&mut *conn).await?;
    if let (Some(known), Some(end)) = (forms.find(&form.id, &form.version), form.in_force_to)
        && known.in_force_to.is_none()
        && (Form {
            in_force_to: None,
            ..form.clone()
        }) == **known
    {
        store::end_form(conn, &form.id, &form.version, end).await?;
        return Ok(true);
    }
    Ok(store::insert_form(conn, form).await?)
}

fn read_form(path: &std::path::Path) -> Result<Form> {
    let (name, text) = read_text(path)?;
    Form::parse(&text).map_err(|error| match Error::from(error) {
        Error::Input {
            code,
            sentence,
            remedy,
        } => Error::Input {
            code,
            sentence: format!("{name}: {sentence}"),
            remedy,
        },
        other => other,
    })
}
