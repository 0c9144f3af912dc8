//! What two versions of a schema differ in: an example of each kind, and
//! nothing where nothing matters.

mod breaking;
mod compatibility;
mod contract;
mod dangerous;
mod default;
mod example;
mod order;
mod reading;
