//! The tasks of this workspace, as functions from text to text.

pub mod changes;
pub mod export;
pub mod generate;

pub use generate::generate;
