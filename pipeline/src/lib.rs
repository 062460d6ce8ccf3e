//! The machine: intake, gate, provider, delivery and journal of a credit bureau's batch pipeline. *Edge.*
//!
//! Doors (`cli`, `schedule`, `http`) call use-cases (`run`, `delivery`, `consents`, `audit`, `sheet`, `duty`, `incident`, `register`, `accounts`, `clauses`, `evidence`,
//! `subject`, `signin`, `access`, `approval`, `setup`, `doctor`), which call `batch`,
//! `gate`, `provider`, `journal` and `db`, which call `ids`, `clock` and `error`. Nothing calls the other way.

pub mod access;
pub mod accounts;
pub mod app;
pub mod approval;
pub mod audit;
pub mod backup;
pub mod batch;
pub mod certificate;
pub mod clauses;
pub mod cli;
pub mod clock;
pub mod config;
pub mod consents;
pub mod console;
pub mod db;
pub mod delivery;
pub mod demo;
pub mod doctor;
pub mod duty;
pub mod error;
pub mod evidence;
pub mod feed;
pub mod figures;
pub mod gate;
pub mod http;
pub mod ids;
pub mod incident;
pub mod index;
pub mod input;
pub mod intake;
pub mod journal;
pub mod lockdown;
pub mod output;
pub mod page;
pub mod places;
pub mod printed;
pub mod provider;
pub mod purge;
pub mod regime;
pub mod register;
pub mod roc;
pub mod run;
pub mod schedule;
pub mod sealed;
pub mod setup;
pub mod sheet;
pub mod signin;
pub mod subject;
pub mod synth;
pub mod telemetry;
pub mod tls;
pub mod transfer;
pub mod wording;
pub mod workbook;
