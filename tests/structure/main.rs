//! How the source is written: which modules import each other, and which words names are made of.

mod imports;
mod source;
mod vocabulary;
