//! The tasks of this workspace, as functions from text to text.

pub mod changes;
pub mod generate;

pub use generate::generate;
