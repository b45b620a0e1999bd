//! The integration tests: the library and the real binary, driven from outside.

mod family;
mod pictures;
mod pty;
mod terminal;
