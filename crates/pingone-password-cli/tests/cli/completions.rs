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

/// What bash completes after these words.
#[cfg(target_os = "linux")]
fn completed(script: &str, words: &str) -> String {
    let complete = r#"
        source "$1"
        COMP_WORDS=($2)
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _pingone__password pingone-password "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
        echo "${COMPREPLY[@]}""#;
    let mut bash = std::process::Command::new("bash");
    let output = bash.args(["--norc", "-c", complete, "bash", script, words]).output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn bash_completes_commands_and_their_flags() {
    let world = World::new();
    let script = world.home.path().join("pingone-password.bash");
    std::fs::write(&script, world.ran(&mut world.bare(&["completions", "bash"])).stdout).unwrap();
    for (words, expected) in [
        ("pingone-password un", "unlock"),
        ("pingone-password unlock --reas", "--reason"),
        ("pingone-password state --output c", "csv"),
        ("pingone-password config sh", "show"),
        ("pingone-password config show --profi", "--profile"),
        ("pingone-password completions z", "zsh"),
        ("pingone-password help conf", "config"),
    ] {
        assert_eq!(completed(script.to_str().unwrap(), words), expected, "{words}");
    }
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
