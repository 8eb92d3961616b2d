//! The workspace's own tasks, as functions: text in, text out.

pub mod generate;

pub use generate::generate;
