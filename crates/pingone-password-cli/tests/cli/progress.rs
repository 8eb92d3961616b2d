//! A bulk run on a terminal: confirmation, bar, summary with a chart.

use pingone_password_emulator::{Emulator, Fault, Status};
use serde_json::{Value, json};

use crate::World;
use crate::terminal::Terminal;

/// Starts an emulator with locked-out users and writes a file with their IDs.
fn locked_out(count: usize) -> (World, String) {
    let world = World::with(Emulator::builder());
    let ids: Vec<_> =
        (0..count).map(|_| world.emulator.add_user(Status::PasswordLockedOut).to_string() + "\n").collect();
    let file = world.file("users.txt", &ids.concat());
    (world, file)
}

/// Compares a screen with a snapshot, with numbers and times replaced.
fn assert_screen(name: &str, world: &World, screen: &str) {
    let screen = screen.split_inclusive('\n').map(|line| line.trim_end().to_owned() + "\n").collect::<String>();
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"in \d+(ms|s)( \d+ms)?, \d+(\.\d)? requests/s", "in [time], [rate] requests/s");
    settings.add_filter(r"resume with: .*\n(.*\.jsonl\n)?", "resume with: [command]\n");
    settings.bind(|| world.snapshots(|| insta::assert_snapshot!(name, screen)));
}

#[test]
fn a_confirmation_can_be_declined() {
    let (world, file) = locked_out(11);
    for reply in ["n\n", "\n", "maybe\n", "\x04"] {
        let mut terminal = Terminal::run(&world, &["unlock", "--from", &file]);
        terminal.wait_for("Unlock 11 users of environment");
        terminal.wait_for("[y/N] ");
        terminal.type_keys(reply);
        terminal.wait_for("not confirmed: nothing was sent");
        assert_eq!(terminal.end(), Some(2), "{reply:?}");
    }
    assert_eq!(world.emulator.requests().len(), 0);
}

#[test]
fn the_summary_has_a_chart() {
    let (world, file) = locked_out(30);
    let ids = std::fs::read_to_string(&file).unwrap();
    let missing = "a0000000-0000-8000-8000-0000000fffff";
    let file = world.file("more.txt", &format!("{ids}{}{missing}\nme\n", &ids[..37 * 3]));
    let mut terminal = Terminal::run(&world, &["unlock", "--from", &file]);
    terminal.wait_for("[y/N] ");
    terminal.type_keys("yes\n");
    assert_eq!(terminal.end(), Some(1));
    assert_screen("summary_on_a_terminal", &world, &terminal.screen());
    assert_eq!(world.emulator.users().iter().filter(|user| user.1 == Status::Ok).count(), 30);
}

#[test]
fn the_bar_shows_progress_and_throttling() {
    let (world, file) = locked_out(400);
    let mut terminal = Terminal::run(&world, &["unlock", "--from", &file, "--yes", "--rate", "10/s"]);
    let bar = terminal.wait_for_screen(|screen| screen.contains(" remaining"));
    let bar = bar.lines().last().unwrap().trim_end();
    assert!(bar.contains("░ ") && bar.contains("/400  0 failed, 0 unknown, "), "{bar}");
    assert!(bar.contains(" requests/s, ") && bar.ends_with("s remaining"), "{bar}");

    world.emulator.inject([Fault::RateLimited]);
    let held = terminal.wait_for_screen(|screen| screen.contains("throttled by the server for "));
    assert!(held.lines().last().unwrap().contains("/400  throttled by the server for "), "{held}");

    terminal.type_keys("\x03");
    terminal.wait_for("press Ctrl-C again to stop now");
    assert_eq!(terminal.end(), Some(130));
    let screen = terminal.screen();
    let unlocked = screen.lines().find(|line| line.trim_start().starts_with("unlocked ")).unwrap();
    assert!(unlocked.contains(&"█".repeat(30)), "{screen}");
    assert!(screen.contains("throttled once by the server") && screen.contains("resume with: "), "{screen}");
}

#[test]
fn progress_for_dashboards_is_a_line_of_json_per_second() {
    let (world, file) = locked_out(49);
    let ids = std::fs::read_to_string(&file).unwrap();
    let file = world.file("more.txt", &format!("{ids}a0000000-0000-8000-8000-0000000fffff\n"));
    let ran = world.run(&["unlock", "--from", &file, "--yes", "--rate", "20/s", "--progress", "json"]);
    assert_eq!(ran.code, Some(1));
    let lines: Vec<Value> = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // 2.5 seconds, and the end.
    assert!((3..=5).contains(&lines.len()), "{}", ran.stderr);
    let (last, running) = lines.split_last().unwrap();
    for pair in running.windows(2) {
        assert!(pair[0]["users"].as_u64() < pair[1]["users"].as_u64(), "{lines:#?}");
    }
    for line in running {
        assert_eq!((&line["state"], &line["total"]), (&json!("running"), &json!(50)));
        assert!((10.0..=21.0).contains(&line["requests_per_second"].as_f64().unwrap()), "{line}");
        assert!(line["remaining_seconds"].is_u64() && line["rate"] == 20.0, "{line}");
        assert!(line["at"].as_str().unwrap().ends_with('Z'), "{line}");
    }
    let outcomes = json!({"done": 49, "failed": 1, "not_sent": 0, "skipped": 0, "unknown": 0, "would_unlock": 0});
    assert_eq!((&last["state"], &last["users"], &last["outcomes"]), (&json!("ended"), &json!(50), &outcomes));
    assert_eq!(last["requests"], world.emulator.requests().len());
    let unlocked = world.emulator.users().iter().filter(|user| user.1 == Status::Ok).count();
    assert_eq!(last["outcomes"]["done"], unlocked);
}
