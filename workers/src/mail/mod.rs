//! Mail: how letters read ([`read`], [`render`]), and what sends them ([`send`]). `docs/EMAIL.md` tells the whole.

pub mod attachment;
mod compose;
mod deliver;
mod error;
mod house;
mod name;
mod recipient;
pub mod send;
mod suppressed;
pub mod template;
mod words;

pub use deliver::Letters;
pub use error::Error;
pub use house::{House, HouseSettings};
pub use recipient::Recipient;
pub use template::{About, Enclosure, Footing, Needs, Post, read, render};
