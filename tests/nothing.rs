//! The end-to-end tests live in `end_to_end/`; a package needs a target of its own.
