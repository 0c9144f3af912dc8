//! What a live session is rehearsed with: edges of a CDN, a crowd that polls, and a video provider.

mod announce;
mod crowd;
mod edge;
mod provider;

pub(crate) use announce::{announce, written};
pub(crate) use crowd::{Crowd, steadily};
pub(crate) use edge::{Counts, Edges};
pub(crate) use provider::{KEY, Provider, SECRET};
