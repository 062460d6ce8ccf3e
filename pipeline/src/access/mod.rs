//! Who may act: members, the 授權表, stops, and the registers as the gate reads them. *Pure.*
//!
//! `table` reads master files, `members` and `staff` load them into the registers, `registers` is one member's
//! registers at one instant, `import` and `stopping` are the acts on them, `stop` keeps the stops.
//!
//! An `authorisation` is a line of the 授權表, `breach` what it must not do, `rows` and `changes` keep lines and changes,
//! `people` begins and ends them and shows both tables, `hands` is who does and who approves it, `forms` is how these are printed,
//! [`persons`] answers who may what today, for every act in its own transaction, [`holders`] who is one person. `founding` says how long files bring people,
//! `export` writes them as files with a `page` to print, `takers` is who may take documents away, `units` the units that a member
//! has registered, `stopper` who may stop, `known` who enters what asks for
//! no right.

pub mod authorisation;
pub mod breach;
pub mod changes;
pub mod export;
pub mod forms;
pub mod founding;
mod hands;
pub mod holders;
pub mod import;
pub mod known;
mod load;
pub mod maker;
pub mod members;
pub mod page;
pub mod people;
pub mod persons;
pub mod registers;
pub mod rows;
pub mod staff;
pub mod stop;
pub mod stopper;
pub mod stopping;
pub mod table;
pub mod takers;
pub mod units;

pub use registers::Registers;

/// To whom an act at the bureau's own terminal is attributed when nobody is named (D25); no account has this name.
pub const OPERATOR: &str = "operator";
/// To whom the acts of the schedule are attributed; no account has this name.
pub const SCHEDULE: &str = "schedule";
