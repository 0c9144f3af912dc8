//! Tests of both object stores: the same contract for each, and concurrent writers.

mod contract;
mod folder;
mod s3;
mod status_file;
