//! `synth batch`. *Edge.*

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
};

use mayfly_consent::{Form, Language, day::taipei_day};

use super::{Opening, args::SynthCommand, out::Out};
use crate::{
    clock, demo,
    error::{Error, Exit, Result},
    printed::of,
    roc::offset,
    synth::{Order, master, write_batch, write_consents},
};

pub(super) fn run(opening: &Opening, command: SynthCommand, out: &Out) -> Result<Exit> {
    let SynthCommand::Batch {
        rows,
        seed,
        faults,
        ahead,
        out: folder,
    } = command;
    let now = opening.at.unwrap_or_else(clock::wall);
    let (form_name, form_text, form) = form_in_force(now)?;
    let order = Order {
        member: MEMBER,
        rows,
        seed,
        now,
        faults_percent: faults,
        ahead,
        form: &form,
    };
    let name = order.batch_name().map_err(Error::File)?;
    fs::create_dir_all(&folder).map_err(Error::io("make the folder for the invented files"))?;
    let failed = || Error::io("write the invented files");
    let write = |name: &str, fill: &dyn Fn(&mut BufWriter<File>) -> std::io::Result<()>| {
        let mut file = BufWriter::new(File::create(folder.join(name)).map_err(failed())?);
        fill(&mut file).and_then(|()| file.flush()).map_err(failed())
    };
    let recipient = demo::RECIPIENT;
    write("members.csv", &|file| {
        master::write_members(&order, recipient, file)
    })?;
    write("staff.csv", &|file| master::write_staff(&order, file))?;
    write(form_name, &|file| file.write_all(form_text.as_bytes()))?;
    let batch = format!("{name}.csv");
    write(&batch, &|file| write_batch(&order, file))?;
    if ahead {
        write("consents.csv", &|file| write_consents(&order, file))?;
    }
    let (folder, again) = (folder.display(), opening.again());
    out.show(
        &serde_json::json!({ "folder": folder.to_string(), "batch": batch, "rows": rows, "now": now }),
        || {
            let consents = match ahead {
                true => format!("{again} consent import {folder}/consents.csv\n  "),
                false => String::new(),
            };
            let (now, next) = (offset(now), of(out.language, "next:", "接下來："));
            let made = match out.language {
                Language::En => format!("{rows} invented rows in {folder}/{batch}, valid at {now}"),
                Language::ZhTw => format!("{folder}/{batch} 有虛構資料 {rows} 列，於 {now} 有效"),
            };
            format!(
                "{made}\n{next}\n  {again} member import {folder}/members.csv\n  \
             {again} staff import {folder}/staff.csv\n  {again} form import {folder}/{form_name}\n  \
             {consents}{again} batch run {folder}/{batch}\n"
            )
        },
    )?;
    Ok(Exit::Done)
}

/// The newest version of the loan form that was in force three days before `now`, when the first subjects agreed.
fn form_in_force(now: jiff::Timestamp) -> Result<(&'static str, &'static str, Form)> {
    let day = taipei_day(now);
    for (name, text) in demo::FORMS {
        let form = Form::parse(text)?;
        if name.starts_with("LN-01") && form.in_force_on(day) {
            return Ok((name, text, form));
        }
    }
    Err(Error::Usage(
        "no invented form is in force at that instant; give --at a later one".into(),
    ))
}

const MEMBER: &str = "004";
