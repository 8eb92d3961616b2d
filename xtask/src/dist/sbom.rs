//! Completes a CycloneDX bill of materials, and makes it the same for the same commit.

use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

/// A library in C that a crate compiles in. The tool knows crates alone.
struct Compiled {
    krate: &'static str,
    /// The version of the crate that compiles this version of the library.
    crate_version: &'static str,
    library: &'static str,
    version: &'static str,
    license: &'static str,
    /// The name in the databases of vulnerabilities, before the version.
    cpe: &'static str,
    website: &'static str,
}

const COMPILED: [Compiled; 1] = [Compiled {
    krate: "libdbus-sys",
    crate_version: "0.2.7",
    library: "libdbus",
    version: "1.14.4",
    license: "AFL-2.1 OR GPL-2.0-or-later",
    cpe: "cpe:2.3:a:freedesktop:dbus",
    website: "https://www.freedesktop.org/wiki/Software/dbus/",
}];

/// The bill as it is published: see [`name_compiled`] and [`reproducible`].
pub(super) fn publish(text: &str, root: &Path) -> Result<String> {
    let mut bill: Value = serde_json::from_str(&reproducible(text, root)?)?;
    name_compiled(&mut bill)?;
    Ok(serde_json::to_string_pretty(&bill)? + "\n")
}

/// Adds the libraries in C, below the crates that contain them.
fn name_compiled(bill: &mut Value) -> Result<()> {
    let components = bill.get_mut("components").and_then(Value::as_array_mut);
    for component in components.into_iter().flatten() {
        let Some(compiled) = COMPILED.iter().find(|compiled| component["name"] == compiled.krate) else { continue };
        let Compiled { krate, crate_version, library, version, license, cpe, website } = compiled;
        ensure!(
            component["version"] == *crate_version,
            "{krate} {crate_version} compiles {library} {version}, and another one is in use: change it in xtask/src/dist/sbom.rs"
        );
        component["components"] = json!([{
            "type": "library",
            "bom-ref": format!("pkg:generic/{library}@{version}"),
            "name": library,
            "version": version,
            "licenses": [{ "expression": license }],
            "cpe": format!("{cpe}:{version}:*:*:*:*:*:*:*"),
            "purl": format!("pkg:generic/{library}@{version}"),
            "externalReferences": [{ "type": "website", "url": website }],
        }]);
    }
    Ok(())
}

/// Removes what differs from run to run and from computer to computer: the serial number, and the paths of this workspace.
fn reproducible(text: &str, root: &Path) -> Result<String> {
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
    fn a_library_in_c_is_named_below_the_crate_that_compiles_it() -> Result<()> {
        let bill = |version: &str| format!(r#"{{"components":[{{"name":"libdbus-sys","version":"{version}"}}]}}"#);
        let published: Value = serde_json::from_str(&publish(&bill("0.2.7"), Path::new("/home/one"))?)?;
        assert_eq!(published["components"][0]["components"][0]["purl"], "pkg:generic/libdbus@1.14.4");
        let error = publish(&bill("0.2.8"), Path::new("/home/one")).unwrap_err().to_string();
        assert!(error.starts_with("libdbus-sys 0.2.7 compiles libdbus 1.14.4, and another one is in use"), "{error}");
        Ok(())
    }

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
