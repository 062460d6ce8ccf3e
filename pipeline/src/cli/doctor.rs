//! `doctor`. *Edge.*

use super::{Opening, out::Out};
use crate::{
    doctor::{Health, examine},
    error::{Exit, Result},
    schedule, wording,
};

pub(super) async fn run(opening: &Opening, out: &Out) -> Result<Exit> {
    let checks = examine(&opening.dir, opening.at, schedule::has_run(&opening.dir)).await;
    let sick = checks.iter().any(|check| check.health == Health::Bad);
    out.show(&checks, || {
        let mut text = String::new();
        for check in &checks {
            let mark = match check.health {
                Health::Good => "good",
                Health::Bad => "BAD ",
            };
            let (mut finding, mut remedy) = (check.finding.clone(), check.remedy.clone());
            if let (Some(code), Some(todo)) = (check.code, &check.remedy) {
                let said = wording::said(code, finding, todo.clone(), out.language);
                (finding, remedy) = (said.sentence, Some(said.remedy));
            }
            text.push_str(&format!("{mark}  {:<14} {finding}\n", check.what));
            if let Some(remedy) = remedy {
                text.push_str(&format!("      {:<14} {remedy}\n", ""));
            }
        }
        text
    })?;
    Ok(if sick { Exit::Findings } else { Exit::Done })
}
