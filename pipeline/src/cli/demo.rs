//! `demo`. *Edge.*

use std::path::Path;

use mayfly_consent::Language;

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
    printed::of,
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
    let place = dir.display();
    out.say(&match out.language {
        Language::En => {
            format!("making the sandbox {place} with invented members, staff, forms and consents")
        }
        Language::ZhTw => format!("建立沙箱 {place}，內有虛構之使用單位、人員、授權書與當事人同意"),
    });
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
    let file = fixtures.batch.display();
    out.say(&match out.language {
        Language::En => format!("accepting {file} and sealing it"),
        Language::ZhTw => format!("受理 {file} 並予封存"),
    });
    let accepted = batch::take_in(&house, &submit).await?;
    out.say(of(
        out.language,
        "screening consents and approvals, gating, asking the sandbox provider, sealing, settling",
        "審查同意與核准、通過關卡、向沙箱之資料提供機關查詢、封存、結清",
    ));
    worker::finish(&house, &accepted.batch.batch, progress::watch(out)).await?;
    let results = dir.join(places::RESULTS);
    let delivery = crate::delivery::files::deliver(&house, demo::BATCH, demo::ACCOUNT, &results).await?;
    let summary = run::summary(&house, demo::BATCH).await?;
    out.show(&summary, || {
        let mut text = format!(
            "\n{}{}\n",
            out.summary(&summary),
            of(
                out.language,
                "results, encrypted to the member's key:",
                "結果檔，以使用單位之公鑰加密："
            )
        );
        for file in &delivery.files {
            text.push_str(&format!("  {}\n", file.path.display()));
        }
        text.push_str(&next_steps(
            &dir,
            &fixtures.member_key,
            house.clock.now(),
            out.language,
        ));
        text.push_str(&console(&dir, &passwords, &house.config.http, out.language));
        text
    })?;
    Ok(Exit::Done)
}

fn next_steps(dir: &Path, key: &Path, now: jiff::Timestamp, language: Language) -> String {
    let (dir, key, batch, account) = (dir.display(), key.display(), demo::BATCH, demo::ACCOUNT);
    let of = |en, zh| of(language, en, zh);
    let stands = match language {
        Language::En => format!(
            "This sandbox's clock stands at {}; --at moves it on. Try next (`mayfly` is target/release/mayfly):",
            offset(now)
        ),
        Language::ZhTw => format!(
            "此沙箱之時鐘停在 {}；以 --at 使其前進。接下來可試（`mayfly` 為 target/release/mayfly）：",
            offset(now)
        ),
    };
    let (own, text) = (
        of("this person's own rows", "此人員本人之列"),
        of("with the text it was given on", "含授權當時之授權書內容"),
    );
    let (anywhere, later) = (
        of("verify it anywhere", "任何地方均可查驗"),
        of("72 h later: refused", "逾 72 小時：不予讀取"),
    );
    let again = of("then ask for results again", "然後再次取得結果");
    format!(
        "\n{stands}\n\
         \x20 age -d -i {key} {dir}/results/{batch}.answers.csv.age\n\
         \x20 mayfly --data {dir} batch results {batch} --as {account}          # {own}\n\
         \x20 mayfly --data {dir} batch run {dir}/fixtures/{batch}.csv --rejects rejects.csv\n\
         \x20 mayfly --data {dir} consent show 004 LC-AHEAD-001                  # {text}\n\
         \x20 mayfly --data {dir} journal export journal-copy                    # {anywhere}\n\
         \x20 mayfly --data {dir} --at 2026-11-05T10:00:00+08:00 batch results {batch} --as {account} --out late   # {later}\n\
         \x20 mayfly --data {dir} doctor\n\
         \x20 mayfly --data {dir} stop add member 004 --reason trial             # {again}\n"
    )
}

/// How to open the console, and as whom.
fn console(dir: &Path, passwords: &Path, door: &HttpDoor, language: Language) -> String {
    let place = door.place().ok().flatten();
    let place = place.map_or_else(|| "http://…/".to_owned(), |place| format!("http://{place}/"));
    let (dir, passwords) = (dir.display(), passwords.display());
    let mut text = match language {
        Language::En => format!(
            "\nThe console: `mayfly --data {dir} serve`, then {place} in a browser. First passwords are in\n\
             {passwords} and are changed at the first sign-in:\n"
        ),
        Language::ZhTw => format!(
            "\n操作介面：執行 `mayfly --data {dir} serve`，再以瀏覽器開啟 {place}。初始密碼在\n\
             {passwords}，首次登入時須變更：\n"
        ),
    };
    for guest in &people::GUESTS {
        let part = of(language, guest.part.0, guest.part.1);
        text.push_str(&format!("\x20 {:<20} {part}\n", guest.account));
    }
    text
}
