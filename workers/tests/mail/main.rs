//! Mail: what letters look like, what attacks do to them, and what the senders say.

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
