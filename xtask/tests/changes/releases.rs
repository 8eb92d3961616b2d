//! Which release a verdict needs, and which version that is.

use semver::Version;
use xtask::changes::{Needs, Verdict};

#[test]
fn a_verdict_needs_a_release() {
    let needed = |version: &str| {
        let version = Version::parse(version).unwrap();
        [None, Some(Verdict::Docs), Some(Verdict::Compatible), Some(Verdict::Breaking)].map(|worst| {
            let needs = Needs::of(worst, &version);
            format!("{needs} {}", needs.after(&version))
        })
    };
    assert_eq!(needed("1.2.3"), ["none 1.2.3", "patch 1.2.4", "minor 1.3.0", "major 2.0.0"]);
    assert_eq!(needed("0.2.3"), ["none 0.2.3", "patch 0.2.4", "patch 0.2.4", "minor 0.3.0"]);
    assert_eq!(needed("1.0.0-rc.1"), ["none 1.0.0-rc.1", "patch 1.0.0", "minor 1.0.0", "major 1.0.0"]);
    assert_eq!(needed("1.2.0-rc.1"), ["none 1.2.0-rc.1", "patch 1.2.0", "minor 1.2.0", "major 2.0.0"]);
}
