//! The contract and the generator that turns it into Rust.
//!
//! `graphql/*.graphql` is the only place where a type, field, argument,
//! description, deprecation or policy is declared. [`build`] runs in the build
//! script of the crate that holds the hand-written side, and writes one Rust
//! module into the build's output folder. See `ARCHITECTURE.md` for what that
//! module expects around it.
//!
//! For what is exported, [`parse`] reads it back, [`introspect`] answers for
//! it, and [`change`] compares two versions.

pub mod change;
mod contract;
mod directive;
mod emit;
mod error;
mod export;
mod exported;
mod introspection;
mod names;
mod reachable;
mod reader;
mod refusal;
mod source;

use std::path::{Path, PathBuf};

pub use error::Error;
pub use exported::parse;
pub use introspection::{INTROSPECTION_QUERY, introspect};

/// What comes out of a written schema.
#[derive(Debug)]
pub struct Generated {
    /// The Rust module.
    pub rust: String,
    /// The exported SDL: normalised, without private directives and types.
    pub sdl: String,
    /// Every `Type.field` of the object types that have resolvers, in the order
    /// written. Each one stands at the end of a line of `rust`.
    pub fields: Vec<String>,
}

/// Generates from all `*.graphql` files of a folder. `nouns` is where the
/// hand-written side lives, for the messages of the compiler, e.g.
/// `resolvers/src`.
pub fn generate(folder: &Path, nouns: &str) -> Result<Generated, Error> {
    let schema = source::load(folder)?;
    let contract = reader::read(&schema)?;
    Ok(Generated {
        rust: emit::module(&contract, nouns, &export::sdl(&schema)),
        sdl: export::sdl(&schema),
        fields: contract.fields(),
    })
}

/// For build scripts: generates into `OUT_DIR/contract.rs`, and ends the build
/// with the schema's errors where it has any.
///
/// # Panics
///
/// Outside a build script, where there is no `OUT_DIR`.
#[expect(
    clippy::disallowed_methods,
    reason = "build scripts get their folder in the environment"
)]
pub fn build(folder: impl AsRef<Path>, nouns: &str) {
    let folder = folder.as_ref();
    println!("cargo::rerun-if-changed={}", folder.display());
    match generate(folder, nouns) {
        Ok(generated) => {
            let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
            std::fs::write(out.join("contract.rs"), generated.rust)
                .expect("OUT_DIR can be written");
        }
        Err(error) => {
            for line in error.to_string().lines() {
                println!("cargo::error={line}");
            }
            std::process::exit(1);
        }
    }
}

/// For build scripts: writes the names of the app's operations, one in each
/// `*.graphql` file of a folder and named like it, into `OUT_DIR/operations.rs`
/// as the constant `OPERATIONS`, sorted.
///
/// # Panics
///
/// Outside a build script, or when the folder cannot be read.
#[expect(
    clippy::disallowed_methods,
    reason = "build scripts get their folder in the environment"
)]
pub fn build_operations(folder: impl AsRef<Path>) {
    let folder = folder.as_ref();
    println!("cargo::rerun-if-changed={}", folder.display());
    let files = std::fs::read_dir(folder).expect("the folder can be read");
    let paths = files.map(|file| file.expect("the folder can be read").path());
    let names = paths.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
    let names: std::collections::BTreeSet<String> = names.collect();
    let rust = format!(
        "/// The names of the app's operations, sorted.\npub const OPERATIONS: &[&str] = &{:?};\n",
        names.into_iter().collect::<Vec<_>>()
    );
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    std::fs::write(out.join("operations.rs"), rust).expect("OUT_DIR can be written");
}
