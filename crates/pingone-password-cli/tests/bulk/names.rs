//! Lists of usernames and email addresses.

use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use pingone_password_emulator::{Emulator, Fault, NewUser, Operation, Role, Status};
use uuid::Uuid;

use crate::bench::{Bench, Ended, count};

const JOURNAL: &str = "users.csv.journal.jsonl";

fn add(bench: &Bench, username: &str, email: &str) -> Uuid {
    let user = NewUser::new(Status::PasswordLockedOut).username(username).email(email);
    bench.emulator.add(user).unwrap()
}

fn methods(bench: &Bench) -> Vec<String> {
    bench.emulator.requests().into_iter().map(|request| request.method).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_name_is_one_user_or_a_bad_line() {
    let bench = Bench::start().await;
    let maria = add(&bench, "Maria", "maria@example.com");
    let odd = add(&bench, r#"o"hara \ + & #%"#, "team@example.com");
    let team = add(&bench, "mario", "TEAM@example.com");
    let others = [add(&bench, "maria2", "x@example.com"), add(&bench, "mari", "y@example.com")];
    bench.file("users.csv", "username,note\nMARIA,x\n\"o\"\"hara \\ + & #%\",\nmariah,\n,\nmaria,again\nma\x01ria,\n");
    let ended = bench.run("unlock --from users.csv --by username --yes").with_code(1);
    for line in [
        "line 7: `ma\\u{1}ria` is not a valid username or email address",
        "line 4: no user has the username \"mariah\", or none that this role may see",
        "looked up 4 names with 1 request\n",
    ] {
        assert!(ended.stderr.contains(line), "no {line:?} in {ended:#?}");
    }
    ended.counts("invalid lines 2").counts("duplicates 1");
    let unlocks = |user: Uuid| bench.emulator.unlocks(user);
    assert_eq!([unlocks(maria), unlocks(odd), unlocks(team)], [1, 1, 0]);
    assert_eq!(others.map(unlocks), [0, 0]);
    assert_eq!(methods(&bench), ["GET", "POST", "POST"]);

    bench.file("mail.txt", "team@example.com\nMaria@Example.com\n");
    let ended = bench.run("unlock --from mail.txt --by email --yes").with_code(1);
    assert!(ended.stderr.contains("line 1: several users have the email address \"team@example.com\": "), "{ended:#?}");
    assert!(ended.stderr.contains(&team.to_string()) && ended.stderr.contains(&odd.to_string()), "{ended:#?}");
    assert_eq!([unlocks(maria), unlocks(odd), unlocks(team)], [2, 1, 0]);

    // Nothing is sent in strict mode, and nothing is looked up if a line is invalid anyway.
    for (list, requests) in [("mariah\nmaria\n", 1), ("ma\x01ria\nmaria\n", 0)] {
        bench.file("strict.txt", list);
        bench.emulator.clear_requests();
        bench
            .run("unlock --from strict.txt --by username --strict --yes")
            .with_code(2)
            .says("1 invalid line with --strict: ");
        assert_eq!(methods(&bench).len(), requests, "{list}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resumed_run_finds_no_other_user() {
    let bench = Bench::start().await;
    let users: Vec<_> = (0..3).map(|number| add(&bench, &format!("user{number}"), "x@example.com")).collect();
    bench.file("users.csv", "username\nuser0\nuser1\nuser2\nnobody\n");
    bench
        .run("unlock --from users.csv --by username --yes")
        .with_code(1)
        .says(&format!("if interrupted, resume with: pingone-password unlock --resume {JOURNAL}\n"));
    let journal = bench.journal(JOURNAL);
    let first_started = journal.iter().position(|line| line["record"] == "started").unwrap();
    assert_eq!((count(&journal[..first_started], "listed"), count(&journal, "listed")), (3, 3));

    // As if the run had ended before the first unlock, and the name of a user had then been given to another one.
    let text = fs::read_to_string(bench.folder.path().join(JOURNAL)).unwrap();
    let listed =
        |number: usize| text.lines().take(number).map(|line| line.to_owned() + "\n").collect::<Vec<_>>().concat();
    bench.file(JOURNAL, &listed(4));
    bench.emulator.remove_user(users[1]);
    let other = add(&bench, "user1", "x@example.com");
    bench.emulator.clear_requests();
    bench.run(&format!("unlock --resume {JOURNAL} --yes")).with_code(1).says("NOT_FOUND").counts("invalid lines 1");
    assert_eq!((bench.emulator.unlocks(users[0]), bench.emulator.unlocks(other)), (2, 0));
    assert_eq!(methods(&bench), ["POST"; 3]);

    // The rows have the usernames, also of a resumed run.
    bench.file(JOURNAL, &listed(4));
    let ended = bench.run(&format!("unlock --resume {JOURNAL} --yes --output json")).with_code(1);
    let mut usernames: Vec<_> = ended
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["username"].as_str().unwrap().to_owned())
        .collect();
    usernames.sort_unstable();
    assert_eq!(usernames, ["user0", "user1", "user2"]);

    // Nobody is left out by a flag that the first run didn't have, or that is without effect.
    let resume = format!("unlock --resume {JOURNAL} --yes");
    bench.file("vip.csv", "username\nuser2\n");
    bench.file(JOURNAL, &listed(4));
    bench.run(&format!("{resume} --exclude vip.csv")).with_code(2).says("others than with these --shard and --exclude");
    bench.run(&format!("{resume} --shard 1/7")).with_code(2).says("others than with these --shard and --exclude");

    // The journal ends within the users.
    bench.file(JOURNAL, &listed(3));
    bench.emulator.clear_requests();
    bench.run(&format!("unlock --resume {JOURNAL} --yes")).with_code(2).says("the users in the journal are incomplete");
    bench
        .run(&format!("unlock --resume {JOURNAL} --from users.csv --by username --yes"))
        .with_code(2)
        .says("resume it without --from");
    assert!(methods(&bench).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lookups_are_paced_and_retried_like_everything_else() {
    let bench = Bench::of(Emulator::builder().max_filter_clauses(1)).await;
    let names: Vec<_> = (0..8).map(|number| format!("user{number}")).collect();
    for name in &names {
        add(&bench, name, "x@example.com");
    }
    let list = names.join("\n") + "\n";
    // From a pipe, with the journal that a resumed run needs.
    let mut command = bench.command("unlock --from - --by username --yes --rate 20/s --journal journal.jsonl");
    bench.emulator.inject_for(Operation::ReadUsers, [None, None, None, Some(Fault::ResetBefore)]);
    let start = Instant::now();
    let mut run = command.stdin(Stdio::piped()).spawn().unwrap();
    run.stdin.take().unwrap().write_all(list.as_bytes()).unwrap();
    Ended::of(run.wait_with_output().unwrap()).with_code(0);
    // Filters of 8, 4 and 2 names are rejected, then each name has one, of which one is sent twice; and 8 unlocks.
    assert_eq!((methods(&bench).len(), bench.unlocks()), (3 + 9 + 8, 8));
    assert!(start.elapsed() >= Duration::from_millis(900), "{:?}", start.elapsed());
    // So are the names on the command line.
    let start = Instant::now();
    bench.run(&format!("unlock {} --yes --rate 20/s", names.join(" "))).with_code(0);
    assert_eq!((methods(&bench).len(), bench.unlocks()), (20 + 8 + 8, 16));
    assert!(start.elapsed() >= Duration::from_millis(700), "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_unlocked_if_a_name_cannot_be_looked_up() {
    let bench = Bench::start().await;
    add(&bench, "maria", "maria@example.com");
    bench.file("users.csv", "username\nmaria\n");
    let token = bench.emulator.issue_access_token(Role::IdentityDataAdmin, Some(Uuid::from_u128(7)));
    let mut command = bench.command("unlock --from users.csv --by username --yes");
    Ended::of(command.env("PINGONE_API_ACCESS_TOKEN", token).output().unwrap())
        .with_code(1)
        .says("line 2: no user has the username \"maria\", or none that this role may see");
    let mut command = bench.command("unlock --from users.csv --by username --yes --no-journal");
    Ended::of(command.env("PINGONE_ENVIRONMENT_ID", Uuid::from_u128(7).to_string()).output().unwrap())
        .with_code(3)
        .says("can't look up the names of the list, so nothing was unlocked");
    assert_eq!(bench.unlocks(), 0);
}
