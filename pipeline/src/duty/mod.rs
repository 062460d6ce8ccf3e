//! Everything with a due date: which duties there are on a day, what closes them, and who did (五(二), 七, 九, 十; D12). *Pure.*
//!
//! Nothing is generated ahead and nothing is stored of a duty that is open: `duties` computes them from the regime, the members
//! and the people there are, `period` are the calendar periods of Taipei, `calendar` its working days, `state` what a duty is on a
//! day. Kept are only closings, events that were raised, and local working days (`store`). What the registers show to be done needs no
//! closing (`done`): a sheet that was approved, a review that was signed off, a finding that was closed.
//!
//! `facts` reads whose duties there can be (`whose`), `list` shows them, `mine` those of one person, `raise` enters an event, `close` closes one with its `artefact`, by
//! its `owner`; `import` takes local working days in, `forms` is how duties are printed.

pub mod artefact;
pub mod calendar;
pub mod close;
pub mod done;
pub mod duties;
pub mod facts;
pub mod forms;
pub mod import;
pub mod list;
pub mod mine;
pub mod owner;
pub mod period;
pub mod raise;
mod shown;
pub mod state;
pub mod store;
pub mod whose;

#[cfg(test)]
mod due_tests;
