//! Results for people and for programs: a table and Markdown, JSON and CSV.
//!
//! All are made from a [`crate::state::Session`] through [`crate::analysis`], and end in a newline; whoever calls prints
//! them.

mod columns;
mod csv;
mod json;
mod markdown;
mod remarks;
mod table;
pub mod text;
mod workload;

pub use csv::csv;
pub use json::json;
pub use markdown::markdown;
pub use table::{TableStyle, table};

#[cfg(test)]
mod fixture;
