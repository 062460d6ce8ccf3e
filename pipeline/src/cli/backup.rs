//! `backup create|restore`. *Edge.*

use mayfly_consent::Language;

use super::{Opening, args::BackupCommand, out::Out};
use crate::{
    backup,
    error::{Exit, Result},
    wording,
};

pub(super) async fn run(opening: &Opening, command: BackupCommand, out: &Out) -> Result<Exit> {
    match command {
        BackupCommand::Create { folder } => {
            let created = backup::create(&*opening.to_act().await?, &folder).await?;
            out.show(&created, || {
                let (files, bytes, entries) = (created.files, created.bytes, created.entries);
                let mut text = match out.language {
                    Language::En => {
                        format!(
                            "{files} files, {bytes} bytes; {entries} journal entries\nleft out on purpose:\n"
                        )
                    }
                    Language::ZhTw => {
                        format!("檔案 {files} 個，共 {bytes} 位元組；軌跡 {entries} 筆\n特意不備份者：\n")
                    }
                };
                for left_out in created.left_out {
                    text.push_str(&format!("  {}\n", wording::line(left_out, out.language)));
                }
                text
            })?;
            Ok(Exit::Done)
        }
        BackupCommand::Restore { folder } => {
            let restored = backup::restore(&opening.dir, opening.at, folder.as_deref()).await?;
            out.show(&restored, || {
                let (files, removed) = (restored.files, restored.removed);
                let mut text = match out.language {
                    Language::En => format!(
                        "{files} files put back; {removed} cohorts were destroyed since, and their bytes are removed again\n"
                    ),
                    Language::ZhTw => {
                        format!("已放回檔案 {files} 個；其後已銷毀 {removed} 批，其資料已再次移除\n")
                    }
                };
                match (&restored.journal, out.language) {
                    (None, Language::En) => text.push_str("the journal goes on as it was\n"),
                    (None, Language::ZhTw) => text.push_str("軌跡續行如前\n"),
                    (Some(journal), Language::ZhTw) => text.push_str(&format!(
                        "軌跡已退回：現有 {} 筆，原有 {} 筆；以新來源 {} 續行。\n\
                         介接已停止（停止 {}）：請查明其後之查詢、停止與撤回，重新登錄停止及撤回，\n\
                         並通知專責人員；其後解除：{} stop lift {} --reason WHY --as ACCOUNT\n",
                        journal.kept_entries,
                        journal.old_entries,
                        journal.new_origin,
                        journal.stop,
                        opening.again(),
                        journal.stop
                    )),
                    (Some(journal), Language::En) => text.push_str(&format!(
                        "THE JOURNAL WAS SET BACK: {} of {} entries are here. It goes on as {}.\n\
                         The link is stopped (stop {}): find out what was asked, stopped or withdrawn since, repeat stops and\n\
                         withdrawals, tell compliance; then lift it with: {} stop lift {} --reason WHY --as ACCOUNT\n",
                        journal.kept_entries,
                        journal.old_entries,
                        journal.new_origin,
                        journal.stop,
                        opening.again(),
                        journal.stop
                    )),
                }
                text
            })?;
            Ok(match restored.journal {
                None => Exit::Done,
                Some(_) => Exit::Findings,
            })
        }
    }
}
