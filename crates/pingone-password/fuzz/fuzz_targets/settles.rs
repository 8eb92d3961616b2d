//! The invariant of all data types.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// If a body decodes, it can be formatted, and encoding and decoding it again changes nothing.
pub(crate) fn settles<T: DeserializeOwned + Serialize + Debug>(body: &[u8]) {
    let Ok(value) = serde_json::from_slice::<T>(body) else { return };
    let _ = format!("{value:?}");
    let once = serde_json::to_string(&value).expect("what was decoded can be encoded");
    let again: T = serde_json::from_str(&once).expect("what was encoded can be decoded");
    assert_eq!(serde_json::to_string(&again).expect("the same as before"), once);
}
