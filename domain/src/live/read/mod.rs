//! Reading the status file: for its own route, and for `Query.liveStream`.

mod cache;
mod file;

pub use cache::{Reading, StatusCache};
pub use file::StatusFile;
