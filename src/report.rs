//! Results for people and for programs: a table, and JSON.
//!
//! Both are made from a [`crate::state::Session`] through [`crate::analysis`], and end in a newline; whoever calls prints them.

mod json;
mod table;
pub mod text;

pub use json::json;
pub use table::{TableStyle, table};
