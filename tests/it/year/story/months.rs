//! What is done about the month before: its sample drawn, judged and signed off, its findings ended, its log reconciled. *Edge.*

use std::path::PathBuf;

use jiff::civil::Date;

use super::{
    BEGIN_MONTH, CORRECTED_LATE, FOUND, LEFT, LINE_MISSING, LOGGED, Moment, NOBODY_DRAWS, NOT_CORRECTED,
    SIGNED_LATE, Story, month_of,
};

impl Story {
    /// The sample of the month before: drawn on the 3rd, judged on the 4th, signed off on the 5th; one is drawn by nobody in time,
    /// one is signed late.
    pub(super) fn review(&mut self, moment: &Moment, day: Date) {
        let month = month_of(day.first_of_month().yesterday().unwrap());
        let (nobody_draws, reviewer) = match month == NOBODY_DRAWS {
            true => (true, "rv02"),
            false => (false, "rv01"),
        };
        let judged = if nobody_draws { 13 } else { 4 };
        let signed = if nobody_draws { 14 } else { 5 };
        let signed = if month == SIGNED_LATE { 12 } else { signed };
        if month.as_str() < BEGIN_MONTH {
            return;
        }
        let number = day.day();
        if number == 3 && !nobody_draws {
            moment.draw(&month, reviewer, "head01");
        }
        if number == 12 && nobody_draws {
            // Nobody had by the 10th, so that the schedule did.
            moment.name_reviewer(&month, reviewer, "head01");
            self.count("bureau draws", 1);
        }
        if number == judged {
            for place in 1..=moment.sample_size(&month) {
                let finds = place == 1 && FOUND.iter().any(|(of, _)| *of == month);
                if let Some(finding) = moment.judge(&month, place, reviewer, finds) {
                    let (_, last) = FOUND.iter().find(|(of, _)| *of == month).unwrap();
                    let name = format!("finding_report/004/{day}.f{finding}");
                    self.events.push((name.clone(), day, last.parse().unwrap()));
                    self.findings.push((month.clone(), finding, name));
                }
                self.count("verdicts", 1);
            }
        }
        if number == signed {
            moment.sign_review(&month, "head02");
            self.done(format!("monthly_sample/004/{month}"), day);
        }
        let ended = if month == CORRECTED_LATE { 25 } else { 8 };
        let of_month = self
            .findings
            .iter()
            .find(|(of, ..)| *of == month && *of != NOT_CORRECTED);
        if let (true, Some((_, finding, name))) = (number == ended, of_month.cloned()) {
            let paper = self.paper();
            moment.end_finding(finding, "a01", "head02", &paper);
            self.done(name, day);
        }
    }

    /// The 6th: the month's own log. In one month it lacks a line; then somebody answers for it.
    pub(super) fn reconcile(&mut self, moment: &Moment, day: Date) {
        let month = month_of(day.first_of_month().yesterday().unwrap());
        let name = format!("reconciliation/004/{month}");
        let Some(lines) = self.log.get(&month).filter(|_| day.day() == 6) else {
            return;
        };
        if LEFT.contains(&name.as_str()) {
            return;
        }
        let lacks = usize::from(month == LINE_MISSING);
        let text: String = lines.iter().skip(lacks).map(String::as_str).collect();
        let header = format!("batch,line,{}\n", LOGGED.join(","));
        let file = self.sandbox.file("log.csv", header + &text);
        let (findings, entry) = moment.reconcile(&month, &file, "rv03");
        assert_eq!(findings, lacks as u64, "{month}");
        if lacks > 0 {
            moment.close(&name, &format!("reconciliation:{entry}"), "rv03");
        }
        self.done(name, day);
    }

    pub(super) fn paper(&self) -> PathBuf {
        self.sandbox.file("paper.pdf", "what was done")
    }
}
