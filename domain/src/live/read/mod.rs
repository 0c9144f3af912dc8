//! Reading the status file: for its HTTP route, and for `Query.liveStream`.

mod cache;
mod file;

pub use cache::{CachedStatus, StatusCache};
pub use file::StatusFileReader;
