//! The journal: an append-only, signed Merkle log of everything that happened, which outsiders check. *Pure.*
//!
//! The life of one line. A use-case describes its act as an [`entry`] and pushes it, with the others of its chunk,
//! into a [`batch`], whose body is stored in the very transaction of the change it describes. Later the signer reads
//! back what is *stored*, not what was meant, computes the tree again ([`sign`]: `Advance`), and only the head that
//! comes out of that can be signed. The tree is RFC 6962 ([`merkle`]); its right edge, which is all one needs to go
//! on appending, is the [`frontier`]; its hashes rest in C2SP tiles ([`tiles`]), from which [`tree`] makes inclusion
//! and consistency proofs. A signed head is a C2SP [`checkpoint`] in a C2SP signed [`note`]; one entry with its path
//! to a checkpoint is a C2SP [`proof`]; many entries with one proof are a [`subset`].
//!
//! What leaves the house: [`export`] writes a folder in the tlog-tiles layout, with [`guide`] as its README, and
//! [`verify`] checks such a folder with nothing but the public key and says what it found ([`finding`]).
//!
//! Deliberately absent: personal data. An entry names its act by an opaque reference and commits to the payload by a
//! salted hash, so that the payload can be forgotten while every old proof still verifies. And the format knows no
//! database: [`store`] and what is built on it move bodies, tiles and notes as the bytes they are.

pub mod act;
pub mod archive;
pub mod batch;
pub mod checkpoint;
pub mod entry;
pub mod export;
pub mod fault;
pub mod finding;
pub mod folder;
pub mod frontier;
pub mod guide;
pub mod instant;
pub mod keys;
pub mod merkle;
pub mod note;
pub mod proof;
pub mod public;
pub mod sign;
pub mod signing;
pub mod span;
pub mod store;
pub mod subset;
pub mod tiles;
pub mod tree;
pub mod verify;

#[cfg(test)]
mod fixture;
