//! What a change of the document means, shown by small changes of one document.

mod patches;
mod table;
