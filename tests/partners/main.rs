//! Records for partners, posted to fake servers, with a real database.

mod answers;
mod breaker;
mod consents;
mod delivery;
mod documented;
mod fixture;
mod private_addresses;
mod redrive;
mod server;
