//! What happens behind the answers: implementations of the queue, the object store and mail, and what works on them.

pub mod aws;
pub mod mail;
pub mod object;
pub mod queue;
