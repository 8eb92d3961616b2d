//! Completions and manual pages.

use crate::World;

#[test]
fn for_every_shell() {
    let world = World::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = world.ran(&mut world.bare(&["completions", shell]));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        assert!(ran.stdout.contains("pingone-password") && ran.stdout.contains("client-secret-file"), "{shell}");
    }
    assert_eq!(world.ran(&mut world.bare(&["completions", "csh"])).code, Some(2));
}

#[test]
fn a_manual_page_for_each_command() {
    let world = World::new();
    let directory = world.home.path().join("man");
    std::fs::create_dir(&directory).unwrap();
    let ran = world.ran(&mut world.bare(&["man", directory.to_str().unwrap()]));
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""));
    for page in
        ["pingone-password.1", "pingone-password-state.1", "pingone-password-unlock.1", "pingone-password-doctor.1"]
    {
        let text = std::fs::read_to_string(directory.join(page)).unwrap();
        assert!(text.contains("Examples:"), "{page}");
    }
    let ran = world.ran(&mut world.bare(&["man", "/nowhere/man"]));
    assert_eq!(ran.code, Some(1));
}
