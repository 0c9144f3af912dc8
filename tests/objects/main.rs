//! The object stores, each by the same rules; both also under many writers.

mod contract;
mod folder;
mod s3;
mod status_file;
