//! `backup create|restore`. *Edge.*

use super::{Opening, args::BackupCommand, out::Out};
use crate::{
    backup,
    error::{Exit, Result},
};

pub(super) async fn run(opening: &Opening, command: BackupCommand, out: &Out) -> Result<Exit> {
    match command {
        BackupCommand::Create { folder } => {
            let created = backup::create(&*opening.to_act().await?, &folder).await?;
            out.show(&created, || {
                let mut text = format!(
                    "{} files, {} bytes; {} journal entries\nleft out on purpose:\n",
                    created.files, created.bytes, created.entries
                );
                for left_out in created.left_out {
                    text.push_str(&format!("  {left_out}\n"));
                }
                text
            })?;
            Ok(Exit::Done)
        }
        BackupCommand::Restore { folder } => {
            let restored = backup::restore(&opening.dir, opening.at, folder.as_deref()).await?;
            out.show(&restored, || {
                let mut text = format!(
                    "{} files put back; {} cohorts were destroyed since, and their bytes are removed again\n",
                    restored.files, restored.removed
                );
                match &restored.journal {
                    None => text.push_str("the journal goes on as it was\n"),
                    Some(journal) => text.push_str(&format!(
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
