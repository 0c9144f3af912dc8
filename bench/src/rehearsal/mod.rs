//! A rehearsed live session: its announcement, edges of a CDN, a crowd of polling apps, and a video provider.

mod announce;
mod crowd;
mod edge;
mod provider;

pub(crate) use announce::{announce, announce_tomorrow, wait_for_status_file};
pub(crate) use crowd::{Crowd, poll_steadily};
pub(crate) use edge::{Edges, RequestCounts};
pub(crate) use provider::{API_KEY, PATH_SECRET, Provider};
