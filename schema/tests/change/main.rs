//! Comparison of two versions of a schema: an example of each kind of change, and
//! differences that are not reported.

mod breaking;
mod compatibility;
mod contract;
mod dangerous;
mod default;
mod example;
mod order;
mod reading;
