//! The table: whole, well formed, and what it makes of errors. *Pure.*

use std::collections::BTreeSet;

use super::*;

fn table() -> Table {
    toml::from_str(include_str!("zh-TW.toml")).unwrap()
}

/// Each Chinese sentence sets every parameter of the English one, and no other.
#[test]
fn no_parameter_is_lost_and_none_invented() {
    let table = table();
    let check = |english: &str, chinese: &str| {
        let places = |text: &str| Template(text).places().into_iter().collect::<BTreeSet<_>>();
        assert_eq!(places(english), places(chinese), "{english}");
        assert_eq!(
            Template(chinese).places().len(),
            places(chinese).len(),
            "{chinese}"
        );
    };
    for (code, entry) in &table.codes {
        for said in &entry.said {
            assert!((1..=3).contains(&said.0.len()), "{code}");
            check(said.english(), said.chinese().unwrap_or(&entry.zh));
        }
        let all = entry.said.iter().flat_map(|said| [said.chinese(), said.remedy()]);
        for text in all.flatten().chain([entry.zh.as_str(), entry.remedy.as_str()]) {
            assert!(
                text.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c)),
                "{code}: {text}"
            );
            assert!(!text.ends_with('。'), "{code}: {text}");
        }
    }
    for [english, chinese] in table.part.iter().chain(&table.line) {
        check(english, chinese);
        // One word alone may be somebody's account or file.
        assert!(english.contains(' ') && *english != "{}", "{english}");
    }
}

/// A sentence earlier in the list takes none that is meant for a later one.
#[test]
fn each_sentence_is_found_by_itself() {
    let table = table();
    for (code, entry) in &table.codes {
        for said in &entry.said {
            let english = said.english().replace("{}", "\u{1F50D}");
            let first = entry
                .said
                .iter()
                .find(|other| Template(other.english()).parameters(&english).is_some());
            assert_eq!(first.unwrap().english(), said.english(), "{code}");
        }
    }
    for phrases in [&table.part, &table.line] {
        for [english, _] in phrases {
            let text = english.replace("{}", "\u{1F50D}");
            let first = phrases
                .iter()
                .find(|[other, _]| Template(other).parameters(&text).is_some());
            assert_eq!(first.unwrap()[0], *english);
        }
    }
}

#[test]
fn what_is_refused_is_said_with_its_parameters() {
    let say = |code: &str, english: &str| {
        let said = said(code, english.into(), "do".into(), Language::ZhTw);
        (said.sentence, said.remedy)
    };
    let check = |code: &str, english: &str, sentence: &str, remedy: &str| {
        assert_eq!(say(code, english), (sentence.into(), remedy.into()));
    };
    check(
        "IMPORT-CELL",
        "staff.csv line 12: title is longer than 50 characters or holds control characters",
        "staff.csv 第 12 行：title 欄超過 50 字或含有控制字元",
        "請修正該行後重新匯入；檔案內容均未採用",
    );
    check(
        "MEMBER-UNKNOWN",
        "staff.csv line 2: its member is not in the register",
        "staff.csv 第 2 行：其使用單位不在登記冊中",
        "請修正該行後重新匯入；檔案內容均未採用",
    );
    check(
        "SAMPLE-SIZE",
        "the sample has 10 of 500 records; it can only become larger, up to all of them",
        "目前抽核 500 筆中的 10 筆；只能增加，最多為全部",
        "請指定兩者之間的筆數",
    );
    // Its own words are not taken for a place, and what the table does not know is not lost.
    check(
        "STOP-UNKNOWN",
        "there is no stop {0} in force",
        "沒有編號 {0} 且生效中的停止",
        "請以 `mayfly stop list` 查看生效中停止的編號",
    );
    check(
        "STOP-UNKNOWN",
        "something new about 7",
        "沒有此編號且生效中的停止（something new about 7）",
        "請以 `mayfly stop list` 查看生效中停止的編號",
    );
    check(
        "SUB-ID-CHECK",
        Code::SubIdCheck.sentence(Language::En),
        Code::SubIdCheck.sentence(Language::ZhTw),
        Code::SubIdCheck.remedy(Language::ZhTw),
    );
    // A code of nobody's stays as it is.
    check("NO-SUCH-CODE", "whatever", "whatever", "do");
}

/// A remedy that is not that of all who say the same is known by itself.
#[test]
fn a_remedy_of_its_own_comes_first() {
    let todo = "mend that line of the member's log, then reconcile again; nothing was entered";
    let sentence = "log.csv line 3: batch is empty";
    let said = said("IMPORT-CELL", sentence.into(), todo.into(), Language::ZhTw);
    assert_eq!(said.sentence, "log.csv 第 3 行：batch 欄空白");
    assert!(said.remedy.contains("重新勾稽"), "{}", said.remedy);
}

#[test]
fn what_has_no_code_is_said_with_its_parameters() {
    let check = |english: &str, chinese: &str| assert_eq!(line(english, Language::ZhTw), chinese);
    check(
        "sample of 004, 2026-11: an act is about another month",
        "使用單位 004 2026-11 月樣本：有步驟屬於其他月份",
    );
    check(
        "2026-11-05 10:00:00 (民國115年11月5日) Asia/Taipei, standing, as --at has set it",
        "民國115年11月5日 10:00:00，由 --at 設定而靜止",
    );
    check("checkpoint: signature does not verify", "checkpoint：簽章不符");
    check("nobody has said this before", "nobody has said this before");
    assert_eq!(line("and more", Language::En), "and more");
}

#[test]
fn errors_of_every_kind_speak_chinese() {
    let disk = Error::io("make the folder of the export")(std::io::ErrorKind::PermissionDenied.into());
    let said = of(&disk, Language::ZhTw);
    assert_eq!(said.sentence, "未能完成「建立匯出資料夾」：權限不足");
    let away = of(&Error::away("read a sheet"), Language::ZhTw);
    assert_eq!(
        away.sentence,
        "無法執行步驟「讀取查詢紀錄單」：無法連線至伺服器，或伺服器不允許登入"
    );
    let key = Error::from(mayfly_retention::RetentionError::KeyMissing { file: "root.key" });
    assert_eq!(of(&key, Language::ZhTw).sentence, "無法開啟金鑰：缺少 root.key");
    let damaged = crate::journal::signing::damaged("failed to read the checkpoint: it is malformed");
    assert_eq!(
        of(&damaged, Language::ZhTw).sentence,
        "軌跡已損毀：無法讀取檢查點：格式有誤"
    );
    let file = Error::File(crate::intake::FileRefusal::Empty);
    assert_eq!(of(&file, Language::ZhTw).sentence, "檔案沒有任何資料列。");
    assert_eq!(of(&key, Language::En).sentence, key.to_string());
}
