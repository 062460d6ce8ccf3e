//! `doctor`. *Edge.*

use super::{Opening, out::Out};
use crate::{
    doctor::{Health, examine},
    error::{Exit, Result},
    schedule,
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
            text.push_str(&format!("{mark}  {:<14} {}\n", check.what, check.finding));
            if let Some(remedy) = &check.remedy {
                text.push_str(&format!("      {:<14} {remedy}\n", ""));
            }
        }
        text
    })?;
    Ok(if sick { Exit::Findings } else { Exit::Done })
}
