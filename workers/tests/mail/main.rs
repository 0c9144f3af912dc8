//! Tests of mail: the rendered letters, injection attacks, and the transports.

mod attack;
mod calendar;
mod document;
mod limit;
mod mailbox;
mod outline;
mod sample;
mod ses;
mod smtp;
mod snapshot;
