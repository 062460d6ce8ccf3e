//! `demo`. *Edge.*

use std::path::Path;

use super::{
    Opening,
    args::{EncodingArgument, SubmitArguments},
    batch,
    out::Out,
    progress,
};
use crate::{
    config::http::HttpDoor,
    demo::{self, people},
    error::{Error, Exit, Result},
    places,
    roc::offset,
    run::{self, worker},
};

pub(super) async fn run(opening: Opening, out: &Out) -> Result<Exit> {
    let dir = opening.dir;
    // A demonstration that has been there before keeps its clock.
    let at = match opening.at {
        None if !dir.join("clock").is_file() => Some(
            demo::INSTANT
                .parse()
                .map_err(|_| Error::Bug("the demonstration's instant is no instant"))?,
        ),
        at => at,
    };
    out.say(&format!(
        "making the sandbox {} with invented members, staff, forms and consents",
        dir.display()
    ));
    let fixtures = demo::prepare(&dir).await?;
    let house = Opening { dir: dir.clone(), at }.to_act().await?;
    demo::load(&house).await?;
    let passwords = people::let_in(&house).await?;
    let submit = SubmitArguments {
        file: fixtures.batch.clone(),
        account: demo::ACCOUNT.into(),
        member: None,
        batch_no: None,
        encoding: EncodingArgument::Utf8,
    };
    out.say(&format!("accepting {} and sealing it", fixtures.batch.display()));
    let accepted = batch::take_in(&house, &submit).await?;
    out.say("screening consents and approvals, gating, asking the sandbox provider, sealing, settling");
    worker::finish(&house, &accepted.batch.batch, progress::watch(out)).await?;
    let results = dir.join(places::RESULTS);
    let delivery = crate::delivery::files::deliver(&house, demo::BATCH, demo::ACCOUNT, &results).await?;
    let summary = run::summary(&house, demo::BATCH).await?;
    out.show(&summary, || {
        let mut text = format!(
            "\n{}results, encrypted to the member's key:\n",
            out.summary(&summary)
        );
        for file in &delivery.files {
            text.push_str(&format!("  {}\n", file.path.display()));
        }
        text.push_str(&next_steps(&dir, &fixtures.member_key, house.clock.now()));
        text.push_str(&console(&dir, &passwords, &house.config.http));
        text
    })?;
    Ok(Exit::Done)
}

fn next_steps(dir: &Path, key: &Path, now: jiff::Timestamp) -> String {
    let (dir, key, batch, account) = (dir.display(), key.display(), demo::BATCH, demo::ACCOUNT);
    format!(
        "\nThis sandbox's clock stands at {}; --at moves it on. Try next (`mayfly` is target/release/mayfly):\n\
         \x20 age -d -i {key} {dir}/results/{batch}.answers.csv.age\n\
         \x20 mayfly --data {dir} batch results {batch} --as {account}          # this person's own rows\n\
         \x20 mayfly --data {dir} batch run {dir}/fixtures/{batch}.csv --rejects rejects.csv\n\
         \x20 mayfly --data {dir} consent show 004 LC-AHEAD-001                  # with the text it was given on\n\
         \x20 mayfly --data {dir} journal export journal-copy                    # verify it anywhere\n\
         \x20 mayfly --data {dir} --at 2026-11-05T10:00:00+08:00 batch results {batch} --as {account} --out late   # 72 h later: refused\n\
         \x20 mayfly --data {dir} doctor\n\
         \x20 mayfly --data {dir} stop add member 004 --reason trial             # then ask for results again\n",
        offset(now)
    )
}

/// How to open the console, and as whom.
fn console(dir: &Path, passwords: &Path, door: &HttpDoor) -> String {
    let place = door.place().ok().flatten();
    let place = place.map_or_else(
        || "the place that [http] names".into(),
        |place| format!("http://{place}/"),
    );
    let mut text = format!(
        "\nThe console: `mayfly --data {} serve`, then {place} in a browser. First passwords are in {}\n\
         and are changed at the first sign-in; all of these are invented:\n",
        dir.display(),
        passwords.display()
    );
    for guest in &people::GUESTS {
        text.push_str(&format!("\x20 {:<20} {}\n", guest.account, guest.part));
    }
    text
}
