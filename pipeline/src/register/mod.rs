//! The register of papers: what has to be on file, was sent, received, asked or answered, and the duties that follow. *Pure.*
//!
//! Which papers there are, who enters them and what they say is the regime's (`[[paper]]`). `fields` holds what was given against
//! that, `enter` adds a paper with the duty it raises or closes and ends one that stands, `store` keeps them, `list` and `forms` show them,
//! `usage` counts a year's queries of each member for the review of use (四(三)), `selection` draws
//! the consents that the bureau looks at (九(二)3(1)).

pub mod enter;
pub mod fields;
pub mod forms;
pub mod list;
pub mod selection;
pub mod store;
pub mod usage;
