//! Makes a CycloneDX bill of materials the same for the same commit.

use std::path::Path;

use anyhow::Result;
use serde_json::Value;

/// Removes what differs from run to run and from computer to computer: the serial number, and the paths of this workspace.
pub(super) fn reproducible(text: &str, root: &Path) -> Result<String> {
    let text = text.replace(&format!("file://{}", root.display()), "file://.");
    let mut bill: Value = serde_json::from_str(&text)?;
    if let Some(bill) = bill.as_object_mut() {
        bill.remove("serialNumber");
    }
    Ok(serde_json::to_string_pretty(&bill)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_in_two_folders_give_the_same_text() -> Result<()> {
        let bill = |serial: &str, root: &str| {
            format!(r#"{{"serialNumber":"{serial}","components":[{{"bom-ref":"path+file://{root}/crates/a#0.1.0"}}]}}"#)
        };
        let one = reproducible(&bill("urn:uuid:1", "/home/one"), Path::new("/home/one"))?;
        let two = reproducible(&bill("urn:uuid:2", "/srv/two"), Path::new("/srv/two"))?;
        assert_eq!(one, two);
        assert!(one.contains("path+file://./crates/a#0.1.0"), "{one}");
        Ok(())
    }
}
