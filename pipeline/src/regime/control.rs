//! What the regime says of the compliance side: sheets, samples, reviews, incidents, and everything with a due date. *Pure.*

use std::{borrow::Cow, collections::BTreeMap};

use jiff::{ToSpan, civil::Date};
use mayfly_consent::Language;
use serde::Deserialize;

use super::{Ruled, people::Right};

/// The query log of a member.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct QueryLog {
    /// What each query is logged with.
    pub fields: Ruled<Vec<String>>,
}

/// Weekly sheets.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct SheetRules {
    /// How often one is made.
    pub every: Ruled<Every>,
    /// Whether a period without queries has a sheet too.
    pub nil_sheets: Ruled<bool>,
    /// Who signs, by right, in this order.
    pub signed_by: Ruled<Vec<Right>>,
    /// Days after which an unsigned sheet stops its querier.
    pub stop_querier_after_days: Ruled<i64>,
    /// The hour in Taipei of the Monday from which on the week before is closed.
    pub make_hour: Ruled<i8>,
    /// Who signs for a querier who has left, by right.
    pub leaver_signed_by: Ruled<Right>,
}

impl SheetRules {
    /// The first day on which a querier who has not signed that sheet may not query.
    pub fn stops_from(&self, from: Date) -> Date {
        from.saturating_add((self.stop_querier_after_days.value + 1).days())
    }
}

/// The self-audit's sample.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct SampleRules {
    /// How often it is drawn.
    pub every: Ruled<Every>,
    /// How much of the population, in percent.
    pub percent: Ruled<u64>,
    /// And never fewer than so many, unless there are fewer.
    pub at_least: Ruled<u64>,
    /// The hour in Taipei of the 1st from which on the month before is closed.
    pub freeze_hour: Ruled<i8>,
    /// After this day of the next month the bureau draws alone.
    pub drawn_by_day: Ruled<i8>,
    /// Shares of misuse, in thousandths, whose chance to be found is printed.
    pub found_per_mille: Ruled<Vec<u64>>,
}

/// Reviews of the sample.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct ReviewRules {
    /// The verdicts there are.
    pub verdicts: Ruled<Vec<String>>,
    /// Of these, what opens a finding and needs a reason.
    pub finds: Ruled<Vec<String>>,
    /// Of these, what takes no reason.
    pub clears: Ruled<Vec<String>>,
    /// The reasons there are.
    pub reasons: Ruled<Vec<String>>,
    /// The name of each verdict and reason as printed.
    pub titles: Ruled<BTreeMap<String, String>>,
    /// Days in which a finding is reported on.
    pub report_within_days: Ruled<i64>,
    /// Who signs a review off, by right.
    pub signed_off_by: Ruled<Right>,
}

/// Reconciliation with a member's own log.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct ReconciliationRules {
    /// How often.
    pub every: Ruled<Every>,
    /// Of whom it is required.
    pub required_of: Ruled<String>,
}

/// Which consents the bureau holds queries against, and what it asks the member to show of each.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct SelectionRules {
    /// The kind of paper that asks for it, with the fields `from` and `to`.
    pub paper: Ruled<String>,
    /// How many of the consents that were used, in percent.
    pub percent: Ruled<u64>,
    /// And never fewer than so many, unless there are fewer.
    pub at_least: Ruled<u64>,
    /// What is asked for of a consent on paper.
    pub paper_evidence: Ruled<String>,
    /// What is asked for of an electronic one.
    pub electronic_evidence: Ruled<String>,
}

/// What shows as an approval in bulk.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct PaceRules {
    /// Seconds between two approvals below which they belong together.
    pub bulk_seconds: Ruled<i64>,
    /// More than so many of them are a bulk.
    pub bulk_count: Ruled<u32>,
    /// More than so many given in one act are a bulk, whatever the clock says.
    pub bulk_in_one_act: Ruled<u32>,
}

/// Incidents.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct IncidentRules {
    /// Hours in which it is notified, from when it became known.
    pub notify_hours: Ruled<i64>,
    /// How often stopping is practised.
    pub drill_every: Ruled<Every>,
    /// What may be imposed on a member, and how each is printed.
    pub sanctions: Ruled<BTreeMap<String, String>>,
    /// Who is notified.
    #[serde(rename = "notice")]
    pub notices: Vec<NoticeRule>,
}

/// Somebody who is notified of incidents.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct NoticeRule {
    /// The name in commands and files, `a-z _`.
    pub to: String,
    /// As addressed in Chinese.
    pub name: String,
    /// As addressed in English.
    pub name_en: String,
    /// The duty, which follows from an event, of the bureau.
    pub duty: String,
    /// The duty in its place where a member is concerned, of that member.
    pub member_duty: Option<String>,
    /// Hours, where this recipient has a clock of its own.
    pub hours: Option<i64>,
    /// The clause.
    pub clause: String,
}

impl IncidentRules {
    /// The notice to `recipient`.
    pub fn notice(&self, recipient: &str) -> Option<&NoticeRule> {
        self.notices.iter().find(|notice| notice.to == recipient)
    }

    /// Hours in which `notice` is given.
    pub fn hours(&self, notice: &NoticeRule) -> i64 {
        notice.hours.unwrap_or(self.notify_hours.value)
    }
}

/// Answers to a subject.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct SubjectRules {
    /// Days in which the subject is answered.
    pub answer_days: Ruled<i64>,
    /// Days by which that may be made longer, once.
    pub longer_days: Ruled<i64>,
    /// The kinds of proof of identity that are accepted, each with its name as printed.
    pub proofs: Ruled<BTreeMap<String, String>>,
    /// The same for readers of English; of one that is not there, the words of its kind.
    #[serde(default)]
    pub proofs_en: BTreeMap<String, String>,
}

/// When a duty counts as due, and how late a local working day may be told.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct DueRules {
    /// So many days before its last day a duty is no longer merely open.
    pub soon_days: Ruled<i64>,
    /// How many days back a local working day may be entered.
    pub local_back_days: Ruled<i64>,
}

/// A calendar period in Taipei, or an event.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// ISO week, Monday to Sunday.
    Week,
    /// Calendar month.
    Month,
    /// January to June, July to December.
    HalfYear,
    /// Calendar year.
    Year,
    /// Two calendar years.
    TwoYears,
    /// Five calendar years.
    FiveYears,
    /// Each time something happens.
    Event,
}

/// What a duty asks for that a signed and approved sheet closes.
pub const SHEET: &str = "sheet";

/// Something with a due date.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct DutyRule {
    /// Its name in files and commands, `a-z 0-9 _`.
    pub id: String,
    /// Its name as printed.
    pub title: String,
    /// The same for readers of English.
    #[serde(default)]
    pub title_en: String,
    /// How often.
    pub every: Every,
    /// Days after the end of the period, or after the event.
    #[serde(default)]
    pub due_days: i32,
    /// Months after it.
    #[serde(default)]
    pub due_months: i32,
    /// Whether it moves from a rest day to the next working day.
    #[serde(default)]
    pub moves: bool,
    /// The event that raises it without anybody's doing.
    pub raised_by: Option<RaisedBy>,
    /// The role that owns it.
    pub owner: String,
    /// Whose duty it is, one each: `member`, `bureau`, or a role.
    pub of: String,
    /// What closes it.
    pub artefact: String,
    /// The kind of paper whose entry in the register meets it.
    pub met_by: Option<String>,
    /// The kind of paper from whose first entry on there is such a duty at all.
    pub since: Option<String>,
    /// The clause.
    pub clause: String,
}

impl DutyRule {
    /// Its name for readers of `language`.
    pub fn said(&self, language: Language) -> Cow<'_, str> {
        super::titled(language, &self.title, &self.title_en, &self.id)
    }
}

/// Events that the registers themselves show.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum RaisedBy {
    /// A member joins, or the bureau begins; met while its 控管要點 or the paper that the duty names are on file.
    Joining,
    /// An authorisation begins or ends there.
    StaffChange,
    /// Somebody with the owner's role leaves it; met by another account that has it on that day.
    Successor,
    /// Somebody whom a paper of the kind `since` names leaves the role; met by a later paper, which names them or comes after.
    HolderLeft,
    /// A review finds something; met when the finding is closed.
    Finding,
}
