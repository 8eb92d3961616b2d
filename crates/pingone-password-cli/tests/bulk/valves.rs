//! What ends a run before all users are done, and which users a run takes.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use pingone_password_emulator::{NewUser, Status};
use uuid::Uuid;

use crate::bench::{Bench, Server, count};

const JOURNAL: &str = "users.txt.journal.jsonl";
const UNLOCKED: &str = "200 OK\r\n\r\n{\"status\":\"OK\"}";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_few_first_and_then_the_rest() {
    let (bench, users) = Bench::locked_out(40).await;
    bench
        .run("unlock --from users.txt --yes --limit 10")
        .with_code(4)
        .says("stopped: --limit 10 is reached\n")
        .says("\nresume with: pingone-password unlock --resume users.txt.journal.jsonl\n");
    // The first ten of the list, and nobody else.
    let unlocked: Vec<_> = users.iter().map(|user| bench.emulator.unlocks(*user)).collect();
    assert_eq!((unlocked[..10].to_vec(), unlocked[10..].to_vec()), (vec![1; 10], vec![0; 30]));
    bench.run(&format!("unlock --resume {JOURNAL} --yes --limit 5")).with_code(4).says("10 done before, 30 remaining");
    bench.run(&format!("unlock --resume {JOURNAL} --yes")).with_code(0).says("15 done before, 25 remaining");
    assert!(users.iter().all(|user| bench.emulator.unlocks(*user) == 1));
    assert_eq!(bench.emulator.requests().len(), 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_that_is_not_reached_stops_nothing() {
    let (bench, _) = Bench::locked_out(5).await;
    for limit in [5, 6] {
        let ended = bench.run(&format!("unlock --from users.txt --limit {limit} --journal j{limit}")).with_code(0);
        assert!(!ended.stderr.contains("stopped"), "{}", ended.stderr);
    }
    bench.run("unlock --from users.txt --limit 0").with_code(2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clock_stops_a_run_and_loses_no_user() {
    let (bench, users) = Bench::locked_out(200).await;
    let start = Instant::now();
    bench
        .run("unlock --from users.txt --yes --rate 20/s --stop-after 1s")
        .with_code(5)
        .says("takes users until 20")
        .says("stopped: it is 20")
        .says("resume with: ");
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    let journal = bench.journal(JOURNAL);
    let done = count(&journal, "finished done");
    assert!((1..200).contains(&done) && done == bench.unlocks(), "{done}");
    assert_eq!(count(&journal, "finished unknown") + count(&journal, "finished failed"), 0);
    bench.run(&format!("unlock --resume {JOURNAL} --yes --rate 2000/s")).with_code(0);
    assert!(users.iter().all(|user| bench.emulator.unlocks(*user) == 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_of_the_day_has_a_zone() {
    let (bench, _) = Bench::locked_out(2).await;
    let mut command = bench.command("unlock --from users.txt --until 06:00");
    let ended = command.env("TZ", "UTC-1").output().unwrap();
    let stderr = String::from_utf8(ended.stderr).unwrap();
    assert!(stderr.contains(" 06:00:00 +01:00\n"), "{stderr}");
    assert_eq!(ended.status.code(), Some(0));
    bench.run("unlock --from users.txt --until 6pm").with_code(2).says("such as 06:00");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shards_are_disjoint_and_complete() {
    let (bench, users) = Bench::locked_out(100).await;
    let mut of_shard = Vec::new();
    for shard in 1..=3 {
        let before = bench.unlocks();
        bench
            .run(&format!("unlock --from users.txt --yes --shard {shard}/3 --journal shard{shard}"))
            .with_code(0)
            .says(&format!("shard {shard}/3: leaves "));
        of_shard.push(bench.unlocks() - before);
        // Another shard's journal is another run's.
        let other = shard % 3 + 1;
        bench.run(&format!("unlock --resume shard{shard} --shard {other}/3")).with_code(2).says("--shard");
    }
    assert!(users.iter().all(|user| bench.emulator.unlocks(*user) == 1), "{of_shard:?}");
    assert!(of_shard.iter().all(|count| *count > 15), "{of_shard:?}");
    for shard in ["0/3", "4/3", "3", "x"] {
        bench.run(&format!("unlock --from users.txt --shard {shard}")).with_code(2).says("such as 1/3");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shard_is_resumed_as_that_shard() {
    let (bench, users) = Bench::locked_out(60).await;
    let ended = bench.run("unlock --from users.txt --yes --shard 2/2 --limit 3").with_code(4);
    let resume =
        ended.stderr.lines().rev().find_map(|line| line.strip_prefix("resume with: pingone-password ")).unwrap();
    assert!(resume.starts_with("unlock --shard 2/2 --resume "), "{resume}");
    bench.run(&format!("{resume} --yes")).with_code(0);
    let unlocked = users.iter().filter(|user| bench.emulator.unlocks(**user) == 1).count();
    assert!((15..45).contains(&unlocked), "{unlocked}");
    bench.run("unlock --from users.txt --yes --shard 1/2 --journal other").with_code(0);
    assert!(users.iter().all(|user| bench.emulator.unlocks(*user) == 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn excluded_users_are_left_out() {
    let (bench, users) = Bench::locked_out(20).await;
    bench.file("vip.csv", &format!("name;id\nA;{}\nB;{}\n", users[3], users[19].to_string().to_uppercase()));
    bench
        .run("unlock --from users.txt --yes --exclude vip.csv")
        .with_code(0)
        .says("leaves out 2 users of the list --exclude")
        .says("left out");
    let left: BTreeSet<_> = users.iter().filter(|user| bench.emulator.unlocks(**user) == 0).collect();
    assert_eq!(left, BTreeSet::from([&users[3], &users[19]]));
    // Without the list, the journal is another run's.
    bench.run(&format!("unlock --resume {JOURNAL}")).with_code(2).says("--exclude");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_exclusions_that_can_not_be_read_stops_everything() {
    let (bench, users) = Bench::locked_out(3).await;
    bench.file("vip.txt", &format!("{}\nthe boss\n", users[0]));
    bench.run("unlock --from users.txt --exclude vip.txt").with_code(2).says("line 2: ").says("nothing was sent");
    bench.run("unlock --from users.txt --exclude missing.txt").with_code(2).says("missing.txt");
    assert_eq!(bench.emulator.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_can_be_excluded_from_names() {
    let bench = Bench::start().await;
    let add = |name: &str| bench.emulator.add(NewUser::new(Status::PasswordLockedOut).username(name)).unwrap();
    let (maria, boss) = (add("maria"), add("boss"));
    bench.file("names.txt", "maria\nboss\n");
    bench.file("vip.txt", "BOSS\n");
    bench.run("unlock --from names.txt --by username --exclude vip.txt --journal j").with_code(0);
    assert_eq!((bench.emulator.unlocks(maria), bench.emulator.unlocks(boss)), (1, 0));
    bench.file("vip.txt", "bos\n");
    bench.run("unlock --from names.txt --by username --exclude vip.txt --journal k").with_code(2).says("no user has");
    assert_eq!(bench.unlocks(), 1);
}

/// Runs with the list that remains of these users, and returns the indexes of those who were unlocked.
fn unlocked_of(bench: &Bench, users: &[Uuid], list: &str, flags: &str) -> Vec<usize> {
    let journals = bench.emulator.requests().len();
    bench.file("list", list);
    let before: Vec<_> = users.iter().map(|user| bench.emulator.unlocks(*user)).collect();
    let ended = bench.run(&format!("unlock --from list --yes --journal j{journals} {flags}")).with_code(0);
    let unlocked: Vec<_> =
        (0..users.len()).filter(|index| bench.emulator.unlocks(users[*index]) > before[*index]).collect();
    let left_out = users.len() - unlocked.len();
    ended.says(&format!("lines that don't match --where: {left_out}\n"));
    unlocked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conditions_choose_users_in_every_format() {
    let (bench, users) = Bench::locked_out(4).await;
    let rows =
        [("Sales", "true", "Zoë, Jr."), ("sales", "true", "x=y"), (" Sales ", "false", ""), ("Sales", "true", "")];
    let table = |separator: &str| {
        let mut text = ["id", "Team", "active", "name"].join(separator) + "\n";
        for (user, (team, active, name)) in users.iter().zip(rows) {
            text +=
                &[user.to_string(), format!("\"{team}\""), active.to_owned(), format!("\"{name}\"")].join(separator);
            text += "\r\n";
        }
        text
    };
    let objects: Vec<_> = users
        .iter()
        .zip(rows)
        .map(|(user, (team, active, name))| match name {
            // A property may be missing or null.
            "" if active == "true" => format!(r#"{{"id":"{user}","Team":"{team}","active":{active}}}"#),
            "" => format!(r#"{{"id":"{user}","Team":"{team}","active":{active},"name":null}}"#),
            name => format!(r#"{{"id":"{user}","Team":"{team}","active":{active},"name":"{name}"}}"#),
        })
        .collect();
    for list in [table(","), table(";"), objects.join("\n"), format!("[{}]", objects.join(",\n"))] {
        let unlocked = |flags: &str| unlocked_of(&bench, &users, &list, flags);
        assert_eq!(unlocked("--where Team=Sales"), [0, 2, 3], "{list}");
        assert_eq!(unlocked("--where team=sales"), [1], "{list}");
        assert_eq!(unlocked("--where Team=Sales --where active=true"), [0, 3], "{list}");
        assert_eq!(unlocked("--where name=x=y"), [1], "{list}");
        assert_eq!(unlocked("--where name= --where active=true"), [3], "{list}");
    }
    let named =
        bench.command("unlock --from list --yes --journal named --where").arg("name=Zoë, Jr.").output().unwrap();
    assert_eq!(named.status.code(), Some(0));
    assert_eq!(count(&bench.journal("named"), "finished done"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_condition_that_can_not_be_checked_sends_nothing() {
    let (bench, users) = Bench::locked_out(2).await;
    bench.run("unlock --from users.txt --where team=a").with_code(2).says("the list has no columns");
    bench.file("list", &format!("id,team\n{},a\n", users[0]));
    bench.run("unlock --from list --where taem=a").with_code(2).says("`taem`").says("its columns are `id`, `team`");
    bench.run("unlock --from list --where team").with_code(2).says("such as department=Sales");
    bench
        .run("unlock --from list --where team=b")
        .with_code(1)
        .says("don't match --where: 1\n")
        .says("contains no users");
    bench.file("list", "id,Team,team,TEAM\n");
    bench.run("unlock --from list --where tEam=a").with_code(2).says("several columns are named `tEam`");
    // The condition's column may have shifted.
    bench.file("list", &format!("id,name,team\n{},Smith, John,a\n{},x,a\n", users[0], users[1]));
    bench.run("unlock --from list --where team=a --strict").with_code(2).says("4 fields");
    bench.file("list", &format!(r#"[{{"id":"{}","team":{{"id":"a"}}}},"{}"]"#, users[0], users[1]));
    let ended = bench.run("unlock --from list --where team=a --strict").with_code(2);
    ended.says("which is an object or an array").says("no object, and --where names the property `team`");
    assert_eq!(bench.emulator.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resumed_run_keeps_its_conditions() {
    let (bench, users) = Bench::locked_out(30).await;
    let row = |(index, user): (usize, &Uuid)| format!("{user},{}\n", ["a", "b"][index % 2]);
    let rows: Vec<_> = users.iter().enumerate().map(row).collect();
    bench.file("list", &format!("id,team\n{}", rows.concat()));
    let command = "unlock --from list --yes --where team=a --limit 5";
    bench.run(command).with_code(4).says("\nresume with: pingone-password unlock --resume list.journal.jsonl\n");
    bench.run("unlock --resume list.journal.jsonl --where team=b").with_code(2).says("another --where: `team=a`");
    bench.run("unlock --resume list.journal.jsonl --yes --limit 4 --where team=a").with_code(4);
    bench.run("unlock --resume list.journal.jsonl --yes").with_code(0).says("9 done before, 6 remaining");
    for (index, user) in users.iter().enumerate() {
        assert_eq!(bench.emulator.unlocks(*user), 1 - index % 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_failures_have_an_exit_code_of_their_own() {
    let bench = Bench::start().await;
    bench.list(&(1..=60_u128).map(Uuid::from_u128).collect::<Vec<_>>());
    let server =
        Server::start(|_, index| if index < 5 { UNLOCKED } else { "404 Not Found\r\n\r\n{\"code\":\"NOT_FOUND\"}" })
            .await;
    server.run(&bench, "unlock --from users.txt --yes --concurrency 1 --max-failures 4").with_code(6);
    assert_eq!(server.requests().len(), 9);
}
