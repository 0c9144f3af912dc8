//! Content: what ships with the project, with the demo members ([`seed`]), and what is imported from files
//! ([`import`]). The domain knows nothing of it.

mod amount;
pub mod import;
pub mod seed;
