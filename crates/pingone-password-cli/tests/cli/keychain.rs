//! Tokens in a keychain: a real Secret Service, on a session bus of its own.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pingone_password_emulator::{Agent, Status};
use tempfile::TempDir;

use crate::sign_in::{approve, command, world_with};
use crate::{Ran, World};

/// A session bus without activation, so that the only Secret Service on it is the one that the test starts.
const BUS: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:dir=[folder]</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;

/// GNOME Keyring, unlocked and empty.
struct Keychain {
    address: String,
    folder: TempDir,
    programs: Vec<Child>,
}

impl Keychain {
    /// Returns `None` where the programs are not installed, except in CI.
    fn start() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o700)).unwrap();
        let config = folder.path().join("bus.conf");
        std::fs::write(&config, BUS.replace("[folder]", folder.path().to_str().unwrap())).unwrap();
        let mut bus = Command::new("dbus-daemon");
        bus.arg("--config-file").arg(config).args(["--nofork", "--nopidfile", "--print-address=1"]);
        let Ok(mut bus) = bus.stdout(Stdio::piped()).stderr(Stdio::null()).spawn() else { return skip() };
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let mut keychain = Self { address: address.trim().to_owned(), folder, programs: vec![bus] };

        let mut service = Command::new("gnome-keyring-daemon");
        service
            .args(["--foreground", "--unlock", "--components=secrets"])
            .env("HOME", keychain.folder.path())
            .env("XDG_DATA_HOME", keychain.folder.path())
            .env("XDG_RUNTIME_DIR", keychain.folder.path())
            .env("DBUS_SESSION_BUS_ADDRESS", &keychain.address);
        let service = service.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let Ok(mut service) = service else { return skip() };
        service.stdin.take().unwrap().write_all(b"the password of the keychain").unwrap();
        keychain.programs.push(service);
        Some(keychain)
    }

    fn command(&self, world: &World, args: &[&str]) -> Command {
        let mut command = command(world, args);
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command
    }

    fn run(&self, world: &World, args: &[&str]) -> Ran {
        world.ran(&mut self.command(world, args))
    }
}

fn skip<T>() -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "dbus-daemon and gnome-keyring-daemon are needed in CI");
    eprintln!("skipped: needs dbus-daemon and gnome-keyring-daemon");
    None
}

impl Drop for Keychain {
    fn drop(&mut self) {
        for program in self.programs.iter_mut().rev() {
            _ = program.kill();
            _ = program.wait();
        }
    }
}

#[test]
fn the_tokens_of_a_sign_in_are_kept_in_the_keychain() {
    let Some(keychain) = Keychain::start() else { return };
    let world = world_with("keychain");
    // The service takes a moment to appear on the bus.
    let started = Instant::now();
    let ran = loop {
        let ran = keychain.run(&world, &["whoami"]);
        if !ran.stderr.contains("can't use the keychain") || started.elapsed() > Duration::from_secs(60) {
            break ran;
        }
    };
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stderr.contains("nobody is signed in"), "{ran:?}");

    let ran = approve(&world, &mut keychain.command(&world, &["login", "--device"]), Agent::AlexAdmin);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("  kept in      the keychain of this computer\n"), "{ran:?}");
    let state = world.home.path().join(".local/state/pingone-password");
    assert!(!state.join("sign-in-default.json").exists(), "the tokens are in a file");

    // Another process reads them, and replaces them when it has to refresh.
    world.emulator.revoke_tokens();
    let (user, _) = world.emulator.user_records().into_iter().find(|(_, user)| user.status == Status::Ok).unwrap();
    for _ in 0..2 {
        let ran = keychain.run(&world, &["whoami"]);
        assert!(ran.stdout.starts_with("Signed in as Alex Admin (alex.admin)\n"), "{ran:?}");
        assert_eq!(keychain.run(&world, &["state", &user.to_string()]).code, Some(0));
    }
    let refreshed = world.emulator.requests();
    let refreshed =
        refreshed.iter().filter(|request| String::from_utf8_lossy(&request.body).contains("grant_type=refresh_token"));
    assert_eq!(refreshed.count(), 1);

    // A profile has an entry of its own.
    let profile = world.home.path().join("config/pingone-password/config.toml");
    let text = std::fs::read_to_string(&profile).unwrap();
    std::fs::write(&profile, format!("{text}\n{}", text.replace("default", "other"))).unwrap();
    assert_eq!(keychain.run(&world, &["logout", "--profile", "other"]).stdout, "Nobody was signed in.\n");

    let ran = keychain.run(&world, &["logout"]);
    assert!(ran.stdout.starts_with("Signed out"), "{ran:?}");
    assert_eq!(keychain.run(&world, &["logout"]).stdout, "Nobody was signed in.\n");
    assert_eq!(keychain.run(&world, &["whoami"]).code, Some(3));
}
