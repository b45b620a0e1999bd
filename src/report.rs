//! Results for people and for programs: a table and Markdown, JSON and CSV; the tasks of one run as CSV.
//!
//! All are made from a [`crate::state::Session`] through [`crate::analysis`], and end in a newline; whoever calls prints
//! them.

mod columns;
mod csv;
mod json;
mod markdown;
mod outputs;
mod remarks;
mod svg;
pub mod sweep;
mod table;
mod tasks_csv;
pub mod text;
mod workload;

pub use csv::csv;
pub use json::json;
pub use markdown::markdown;
pub use outputs::{Outputs, output_heading, outputs};
pub use table::{TableStyle, table};
pub use tasks_csv::tasks_csv;

#[cfg(test)]
mod fixture;
