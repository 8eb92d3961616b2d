//! Lists of users as spreadsheets, shells and APIs write them.

use std::fs;
use std::io::Write;
use std::time::Duration;

use pingone_password_emulator::Status;
use uuid::Uuid;

use crate::bench::{Bench, Ended};

/// Unlocks the users of a list with these bytes, each from the start.
fn unlock(bench: &Bench, name: &str, content: impl AsRef<[u8]>, flags: &str) -> Ended {
    let path = bench.folder.path().join(name);
    fs::write(&path, content).unwrap();
    for (user, _) in bench.emulator.users() {
        bench.emulator.set_status(user, Status::PasswordLockedOut);
    }
    let journal = bench.folder.path().join(format!("{name}.journal.jsonl"));
    if journal.exists() {
        fs::remove_file(journal).unwrap();
    }
    bench.run(&format!("unlock --from {name} --yes {flags}"))
}

fn unlocked(bench: &Bench) -> Vec<Uuid> {
    bench.emulator.users().into_iter().filter(|(_, status)| *status == Status::Ok).map(|(user, _)| user).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_to_write_a_list() {
    let bench = Bench::start().await;
    let users = bench.add_users(4, Status::PasswordLockedOut);
    let lines = |prefix: &str, suffix: &str| {
        users.iter().map(|user| format!("{prefix}{user}{suffix}")).collect::<Vec<_>>().concat()
    };
    let objects: Vec<_> = users.iter().map(|user| format!(r#"{{"id":"{user}","population":{{"id":"x"}}}}"#)).collect();
    let pretty: Vec<_> = users.iter().map(|user| format!("{{\n  \"id\": \"{user}\"\n}}\n")).collect();
    let utf_16: Vec<u8> =
        format!("id\tname\r\n{}", lines("", "\tZoë\r\n")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let windows_1252 =
        [b"id;Pr\xe9nom\r\n".to_vec(), lines("", ";Zo\u{0}\r\n").replace('\0', "e").into_bytes()].concat();
    let cases: [(&str, Vec<u8>); 16] = [
        ("cr.csv", format!("id,name\r{}", lines("", ",x\r")).into()),
        ("cr-header.csv", format!("id,name\r{}", lines("", ",x\n")).into()),
        ("mixed.csv", format!("id,name\n{}", lines("", ",x\r")).into()),
        ("cr.txt", lines("", "\r").into()),
        ("windows-1252.csv", windows_1252),
        ("utf-16.csv", utf_16),
        ("padded.txt", lines("\u{a0}{", "}\u{200b}\n").into()),
        ("padded.csv", format!("id,name\n{}", lines("\u{a0}", "\u{a0},x\n")).into()),
        ("blank-rows.csv", format!("id,name,,\r\n{},,,\r\n", lines("", ",x,,\r\n")).into()),
        ("powershell.csv", format!("#TYPE X\r\n\"id\",\"name\"\r\n{}", lines("\"", "\",\"x\"\r\n")).into()),
        ("sep.csv", format!("sep=|\nid|name\n{}", lines("", "|x\n")).into()),
        ("pandas.csv", format!(",id\n{}", lines("0,", "\n")).into()),
        ("array.json", format!("[{}]", objects.join(",")).into()),
        ("ids.json", format!("[\n  {}]\n", lines("\"", "\",\n ").trim_end_matches([',', '\n', ' '])).into()),
        ("page.json", format!(r#"{{"_embedded":{{"users":[{}]}},"count":4}}"#, objects.join(",")).into()),
        ("pretty.json", pretty.concat().into()),
    ];
    for (name, content) in cases {
        let ended = unlock(&bench, name, content, "").with_code(0);
        assert_eq!(unlocked(&bench).len(), 4, "{name}: {ended:#?}");
        assert!(!ended.stderr.contains("line "), "{name}: {ended:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_user_of_another_column_is_unlocked() {
    let bench = Bench::start().await;
    let [manager, bob, ann] = bench.add_users(3, Status::PasswordLockedOut)[..] else { unreachable!() };
    let list = format!("name,manager_id,id\nBob Smith,{manager},{bob}\nMiller, Ann,{manager},{ann}\n");
    unlock(&bench, "list.csv", &list, "").with_code(1).says("line 3: 4 fields, but the header has 3");
    assert_eq!(unlocked(&bench), [bob]);
    unlock(&bench, "list.csv", &list, "--strict").with_code(2).says("nothing was sent");
    assert!(unlocked(&bench).is_empty());
    // With an empty value at the end, no field is too many but that one.
    let list = format!("name,manager_id,id,phone\nBob Smith,{manager},{bob},7\nMiller, Ann,{manager},{ann},\n");
    unlock(&bench, "list.csv", &list, "").with_code(1).says("line 3: 5 fields, but the header has 4");
    assert_eq!(unlocked(&bench), [bob]);
    let list = format!("name (last, first),id,manager_id\nBob Smith,{bob},{manager}\n");
    unlock(&bench, "list.csv", &list, "").with_code(2).says("is a name with a separator in it not quoted?");
    assert!(unlocked(&bench).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn problems_are_named() {
    let bench = Bench::start().await;
    let user = bench.add_users(1, Status::PasswordLockedOut)[0];
    let odd = user.to_string().replace('-', "\u{2011}");
    unlock(&bench, "odd.txt", &odd, "").with_code(1).says(r"\u{2011}");
    let twice = format!("{{\"id\":\"{user}\",\"id\":\"{user}\"}}\n");
    unlock(&bench, "twice.jsonl", twice, "").with_code(1).says("line 1: the property `id` is repeated");
    for (name, content, message) in [
        ("list.xlsx", &b"PK\x03\x04\x14\0\x06\0"[..], "save it as CSV"),
        ("list.csv.gz", b"\x1f\x8b\x08\0\0\0", "decompress it first"),
        ("list.pdf", b"%PDF-1.4\n\xe2\xe3\n", "PDF"),
        ("list.html", b"<html><body>", "HTML"),
        ("list.bin", b"\x01\x02\0\0\x03", "binary"),
        ("list.gpg", b"\x85\x02\x0c\x03\xf1\x9b\x8e\x10\xc4\x06", "binary"),
    ] {
        let ended = unlock(&bench, name, content, "").with_code(2).says(message);
        assert_eq!(ended.stderr.lines().count(), 1, "{ended:#?}");
    }
    let list = format!("name,uid\nAnn,{user}\n");
    unlock(&bench, "list.csv", &list, "").with_code(2).says("its columns are `name`, `uid`; choose one by --column");
    unlock(&bench, "list.csv", &list, "--column user").with_code(2).says("its columns are `name`, `uid`; choose");
    unlock(&bench, "list.csv", &list, "--column UID").with_code(0);
    assert_eq!(unlocked(&bench), [user]);

    let names = "username,email\nann,ann@example.com\n";
    unlock(&bench, "names.csv", names, "").with_code(2).says("or the usernames by --by username\n");
    unlock(&bench, "names.csv", "name,email\nAnn,ann@example.com\n", "").says("or the addresses by --by email\n");
    unlock(&bench, "names.txt", "ann\nbea\n", "").with_code(1).says("no line has a user ID; --by username reads");
}

/// A line that is taken for a header hides its user.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_with_a_user_is_no_header() {
    let bench = Bench::start().await;
    let users = bench.add_users(2, Status::PasswordLockedOut);
    let [first, second] = [users[0].to_string(), users[1].to_string()];
    for list in [
        format!("{first};Divya\n{second};Grace\n"),
        format!("Divya,{first}\nGrace,{second}\n"),
        format!("id,{first}\n{second},x\n"),
        format!("{first}\n{second}\n"),
    ] {
        for column in [format!("--column {first}"), "--column Divya".to_owned(), "--column id".to_owned()] {
            unlock(&bench, "list.csv", &list, &column).with_code(2).says("is a user's, and not a header");
        }
    }
    unlock(&bench, "list.csv", format!("{first};Divya\n{second};Grace\n"), "")
        .with_code(2)
        .says("add a line before it");
    assert!(bench.emulator.requests().is_empty());
    // A list of nothing but IDs needs no header.
    unlock(&bench, "list.csv", format!("{first}\n{second}\n"), "").with_code(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_invalid_lines_go_to_a_file() {
    let bench = Bench::start().await;
    let user = bench.add_users(1, Status::PasswordLockedOut)[0];
    let list = format!("{}{user}\n", "me\n".repeat(2000));
    for _ in 0..2 {
        let ended = unlock(&bench, "users.txt", &list, "").with_code(1).says("and 1,990 more, all in ");
        assert!(ended.stderr.contains("line 10: ") && !ended.stderr.contains("line 11: "), "{ended:#?}");
    }
    assert_eq!(unlocked(&bench), [user]);
    let bad = fs::read_to_string(bench.folder.path().join("users.txt.bad.csv")).unwrap();
    assert_eq!(bad.lines().count(), 2001);
    assert_eq!(bad.lines().nth(11), Some("11,`me` is not a valid user ID: expected a UUID"));
    // A file of somebody else is kept.
    bench.file("users.txt.bad.csv", "precious\n");
    unlock(&bench, "users.txt", &list, "").with_code(2).says("move it away");
    assert_eq!(fs::read_to_string(bench.folder.path().join("users.txt.bad.csv")).unwrap(), "precious\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_failures_are_grouped_by_code() {
    let bench = Bench::start().await;
    let present = bench.add_users(30, Status::PasswordLockedOut);
    let users: Vec<_> = (1..=30).flat_map(|number| [Uuid::from_u128(number), present[number as usize - 1]]).collect();
    bench.list(&users);
    let ended = bench.run("unlock --from users.txt --yes --no-journal --concurrency 1").with_code(1);
    let lines = |text: &str| ended.stderr.lines().filter(|line| line.contains(text)).count();
    assert_eq!(lines(": not unlocked: 404 NOT_FOUND, \""), 21, "{ended:#?}");
    assert_eq!(lines("    such as user 00000000-0000-0000-0000-000000000001: not unlocked"), 1, "{ended:#?}");
    assert!(!ended.stderr.contains("failed: "), "{ended:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_without_users_is_a_failure_unless_allowed() {
    let bench = Bench::start().await;
    for content in ["", "\n\n", "id,name\n", "\u{feff}id\r\n,\r\n", "[]", "#TYPE x\n"] {
        unlock(&bench, "users.csv", content, "").with_code(1).says("the list contains no users");
        unlock(&bench, "users.csv", content, "--allow-empty").with_code(0);
    }
    assert!(bench.emulator.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ids_identify_a_list_and_not_its_bytes() {
    let (bench, users) = Bench::locked_out(3).await;
    bench.run("unlock --from users.txt").with_code(0);
    let reversed: Vec<_> = users.iter().rev().map(|user| format!("\"{user}\",x\r\n")).collect();
    bench.file("saved.csv", &format!("id,name\r\n{}", reversed.concat()));
    bench
        .run("unlock --from saved.csv --resume users.txt.journal.jsonl")
        .with_code(0)
        .says("3 done before, 0 remaining");
    bench.list(&users[1..]);
    bench.run("unlock --resume users.txt.journal.jsonl").with_code(2).says("another input");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_grows_during_the_run_is_noticed() {
    let bench = Bench::start().await;
    let users = bench.add_users(20, Status::PasswordLockedOut);
    let path = bench.list(&users[..19]);
    let mut run = bench.command("unlock --from users.txt --yes --rate 20/s").spawn().unwrap();
    bench.wait_for_requests(&mut run, 1);
    let grown = fs::read_to_string(&path).unwrap() + &format!("{}\n", users[19]);
    fs::write(&path, grown).unwrap();
    Ended::of(run.wait_with_output().unwrap()).with_code(1).says("the list has changed since it was read");
    assert_eq!(unlocked(&bench).len(), 19);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_grows_while_it_is_read_is_rejected() {
    let (bench, users) = Bench::locked_out(1).await;
    // Long enough that its reading can't end before a line is added.
    let lines = (0..50_000).map(|number| format!("{}\n", Uuid::from_u128(number))).collect::<Vec<_>>().concat();
    for flags in ["--from growing.txt", "--from users.txt --exclude growing.txt"] {
        let path = bench.file("growing.txt", &lines);
        let mut run = bench.command(&format!("unlock {flags} --yes --no-journal")).spawn().unwrap();
        let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
        while run.try_wait().unwrap().is_none() {
            writeln!(file, "{}", users[0]).unwrap();
            std::thread::sleep(Duration::from_millis(1));
        }
        let ended = Ended::of(run.wait_with_output().unwrap()).with_code(2);
        ended.says("growing.txt changed while it was read: nothing was sent");
    }
    assert!(bench.emulator.requests().is_empty());
}
