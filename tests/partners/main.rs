//! Records for partners, posted over HTTP to servers of the tests' own, with a real database behind.

mod answers;
mod breaker;
mod consents;
mod delivery;
mod documented;
mod fixture;
mod places;
mod redrive;
mod server;
