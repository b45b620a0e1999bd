//! Results for people and for programs: a table, and JSON; the tasks of one run as CSV.
//!
//! Both are made from a [`crate::state::Session`] through [`crate::analysis`], and end in a newline; whoever calls prints them.

mod json;
mod table;
mod tasks_csv;
pub mod text;

pub use json::json;
pub use table::{TableStyle, table};
pub use tasks_csv::tasks_csv;
