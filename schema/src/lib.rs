//! The API contract (SDL) and the generator that turns it into Rust.
//!
//! `graphql/*.graphql` is the only place where types, fields, arguments,
//! descriptions, deprecations and policies are declared. [`build`] runs in the
//! build script of the crate that implements the resolvers, and writes one Rust
//! module into `OUT_DIR`. See `ARCHITECTURE.md` for what that module expects in
//! the module that includes it.
//!
//! For exported SDL, [`parse`] reads it, [`introspect`] writes the introspection
//! response, and [`change`] compares two versions.

pub mod change;
mod contract;
mod directive;
mod emit;
mod error;
mod expected_errors;
mod export;
mod exported;
mod introspection;
mod names;
mod reachable;
mod reader;
mod source;

use std::path::{Path, PathBuf};

pub use error::Error;
pub use exported::parse;
pub use introspection::{INTROSPECTION_QUERY, introspect};

/// The output of the generator.
#[derive(Debug)]
pub struct Generated {
    /// The Rust module.
    pub rust: String,
    /// The exported SDL: normalised, without private directives and types.
    pub sdl: String,
    /// Every `Type.field` of the object types, in the order of the SDL. At least
    /// one line of `rust` ends with each of them as a comment.
    pub fields: Vec<String>,
}

/// Generates from all `*.graphql` files of a folder. `resolvers_dir` is the
/// folder of the resolvers, e.g. `resolvers/src`; compiler messages refer to it.
///
/// # Errors
///
/// All errors of the schema, or that a file cannot be read.
pub fn generate(folder: &Path, resolvers_dir: &str) -> Result<Generated, Error> {
    let schema = source::load(folder)?;
    let contract = reader::read(&schema)?;
    let sdl = export::sdl(&schema);
    let fields = contract.fields();
    Ok(Generated {
        rust: emit::module(&contract, resolvers_dir, &sdl),
        sdl,
        fields: fields.map(|(_, field)| field.coordinate.clone()).collect(),
    })
}

/// For build scripts: writes the generated module to `OUT_DIR/contract.rs`, or
/// fails the build with the errors of the schema. See [`generate`] for the
/// parameters.
///
/// # Panics
///
/// Outside a build script, where there is no `OUT_DIR`.
pub fn build(folder: impl AsRef<Path>, resolvers_dir: &str) {
    let folder = folder.as_ref();
    println!("cargo::rerun-if-changed={}", folder.display());
    match generate(folder, resolvers_dir) {
        Ok(generated) => write_to_out_dir("contract.rs", &generated.rust),
        Err(error) => {
            for line in error.to_string().lines() {
                println!("cargo::error={line}");
            }
            std::process::exit(1);
        }
    }
}

/// For build scripts: writes the sorted names of the app's operations to
/// `OUT_DIR/operations.rs`, as the constant `OPERATIONS`. Each `*.graphql` file
/// of the folder contains one operation, which is named like the file.
///
/// # Panics
///
/// Outside a build script, or if the folder cannot be read.
pub fn build_operations(folder: impl AsRef<Path>) {
    let folder = folder.as_ref();
    println!("cargo::rerun-if-changed={}", folder.display());
    let files = std::fs::read_dir(folder).expect("the folder can be read");
    let paths = files.map(|file| file.expect("the folder can be read").path());
    let names = paths.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
    let mut names: Vec<_> = names.collect();
    names.sort();
    let rust = format!(
        "/// The names of the app's operations, sorted.\npub const OPERATIONS: &[&str] = &{names:?};\n"
    );
    write_to_out_dir("operations.rs", &rust);
}

#[expect(
    clippy::disallowed_methods,
    reason = "build scripts get OUT_DIR from the environment"
)]
fn write_to_out_dir(file: &str, rust: &str) {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    std::fs::write(out.join(file), rust).expect("OUT_DIR can be written");
}
