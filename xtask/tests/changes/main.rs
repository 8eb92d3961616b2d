//! What a change of the document means, shown by small changes of one document.

mod everything;
mod patches;
mod proof;
mod pull_requests;
mod releases;
mod table;
mod task;
