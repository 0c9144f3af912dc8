//! The object stores: a local folder, and Amazon S3 or a compatible service.

mod folder;
mod key;
mod s3;

pub use folder::Folder;
pub use s3::S3;
