//! What a regime says of the self-audit's sample (九(三)2(1), D7 to D9). *Pure.*

use serde::Deserialize;

use super::Ruled;

/// The self-audit's sample.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct SampleRules {
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
