//! The help texts.

use insta::assert_snapshot;

use crate::World;

#[test]
fn of_the_program_and_of_each_command() {
    let world = World::new();
    for (name, command) in [
        ("help", &[][..]),
        ("help_state", &["state"]),
        ("help_unlock", &["unlock"]),
        ("help_find", &["find"]),
        ("help_login", &["login"]),
        ("help_logout", &["logout"]),
        ("help_whoami", &["whoami"]),
        ("help_doctor", &["doctor"]),
        ("help_config_show", &["config", "show"]),
        ("help_completions", &["completions"]),
    ] {
        let args = [command, &["--help"]].concat();
        let ran = world.ran(&mut world.bare(&args));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{name}");
        let text: Vec<_> = ran.stdout.lines().map(str::trim_end).collect();
        assert_snapshot!(name, text.join("\n"));
        if !command.is_empty() {
            assert!(ran.stdout.contains("Examples:\n  pingone-password "), "{name} has no example");
        }
    }
}

#[test]
fn without_a_command() {
    let world = World::new();
    let ran = world.ran(&mut world.bare(&[]));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.contains("Usage: pingone-password"));
}

#[test]
fn the_version() {
    let world = World::new();
    let ran = world.ran(&mut world.bare(&["--version"]));
    assert_eq!(ran.stdout, concat!("pingone-password ", env!("CARGO_PKG_VERSION"), "\n"));
}
