//! The tasks of this workspace. `generate` is a function from text to text; `dist` and `crates` call other tools.

pub mod changes;
pub mod crates;
pub mod dist;
pub mod export;
pub mod generate;
mod process;

pub use generate::generate;
