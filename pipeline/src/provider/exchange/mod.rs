//! The provider that is reached by files: a request file a chunk, a reply file some time later. *Edge.*
//!
//! The layout is this project's own, *modelled on* what credit bureaus exchange with their members: fixed-width records
//! counted in bytes of CP950, a header line, a `TRLR` line with a count. It is nobody's official layout. The whole of it is in
//! pipeline/README.md, "The exchange files".
//!
//! `layout` is the tables of the records, `frame` what every file has in common (header, trailer, count, hash), `request`
//! and `reply_file` what is between; `name` is what files are called, `fault` why a reply is not believed. These are pure.
//! `folder` is the pair of folders, `lying` what is left in them for the purge, and `other_side` plays the provider for trials.
//!
//! Who transferred what is entered in the journal before a file gets its name; that is `transfer`'s part, which knows
//! the database. Here nothing does.

mod fault;
mod folder;
mod frame;
mod layout;
mod lying;
mod name;
mod other_side;
mod reply_file;
mod request;

#[cfg(test)]
mod vector_tests;

pub use self::{
    fault::FileFault,
    folder::{Exchange, Lot, PickedUp, Settings, Staged},
    frame::Header,
    layout::as_sent,
    lying::{Folder, Lying, lying, sync_folders},
    name::{ReplyName, request_name, request_tag},
    other_side::{Answered, Manner, ReplyFault, answer_requests},
    reply_file::{Expected, ReadReply, read_reply},
    request::write_request,
};
