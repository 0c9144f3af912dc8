//! The binary itself, run as a person runs it.

#![expect(missing_docs, reason = "a test binary has no public items")]

mod bad_input;
mod coach;
mod dev;
