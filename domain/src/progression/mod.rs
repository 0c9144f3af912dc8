//! Which programme comes next: the load that follows from a check-in, and the choice of a programme for it.

mod choice;
mod next;
mod reason;

pub use choice::{Choice, choose};
pub use next::{Answers, Load, Progression, next_load};
pub use reason::Reason;
