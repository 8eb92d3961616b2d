//! The README lists every field, setting and exit code.

use crate::World;

const README: &str = include_str!("../../README.md");

#[test]
fn has_every_field_of_the_output() {
    let world = World::new();
    for args in [
        &["state", "--output", "csv", &world.locked_out()][..],
        &["config", "show", "--output", "csv"],
        &["find", "--output", "csv"],
    ] {
        let ran = world.run(args);
        for field in ran.stdout.lines().next().unwrap().split(',') {
            assert!(README.contains(&format!("`{field}`")), "{field}");
        }
    }
}

#[test]
fn has_every_setting() {
    let world = World::new();
    let help = world.run(&["doctor", "--help"]).stdout;
    let (_, settings) = help.split_once("Settings:").unwrap();
    let words = settings.split(|c: char| c.is_whitespace() || "[],".contains(c));
    let names: Vec<_> = words.filter(|word| word.starts_with("--") || word.starts_with("PINGONE_")).collect();
    assert!(names.len() > 20, "{names:?}");
    for name in names {
        assert!(README.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn has_every_exit_code() {
    let world = World::new();
    let help = world.run(&["--help"]).stdout;
    let (_, codes) = help.split_once("Exit codes:\n").unwrap();
    for line in codes.lines().take_while(|line| !line.is_empty()) {
        let code = line.split_whitespace().next().unwrap();
        assert!(README.contains(&format!("\n| {code} | ")), "{code}");
    }
}
