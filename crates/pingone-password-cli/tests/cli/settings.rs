//! Settings as people have them: pasted, in other tools' variables, in files that others can write.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use pingone_password_emulator::Status;

use crate::{Ran, World, set_mode};

fn show(world: &World, variables: &[(&str, &str)], args: &[&str]) -> Ran {
    let mut command = world.bare(&[&["config", "show"], args].concat());
    command.envs(variables.iter().copied());
    world.ran(&mut command)
}

#[test]
fn what_surrounds_a_value_is_removed_in_every_source() {
    let world = World::new();
    let padded = |text: &str| format!("\u{feff} \"{text}\"\r\n");
    let user = world.locked_out();
    let secret = world.file("secret", &padded(world.emulator.client_secret()));
    let mut command = world.bare(&["state", &user, "--client-secret-file", &secret, "--auth-url"]);
    command.arg(padded(world.emulator.auth_url()));
    command.env("PINGONE_API_URL", padded(world.emulator.api_url()));
    command.env("PINGONE_ENVIRONMENT_ID", padded(&world.emulator.environment_id().to_string()));
    command.env("PINGONE_CLIENT_ID", padded(world.emulator.client_id()));
    let ran = world.ran(&mut command);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let profile = format!(
        "\u{feff}[profile.default]\r\nenvironment_id = \" {} \"\r\napi_url = '\"{}\"'\r\naccess_token_file = 'token'\r\n",
        world.emulator.environment_id(),
        world.emulator.api_url()
    );
    world.file("config/pingone-password/config.toml", &profile);
    world.file("config/pingone-password/token", &padded(world.emulator.access_token()));
    let ran = world.ran(&mut world.bare(&["state", &user]));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let shown = show(&world, &[("PINGONE_CLIENT_ID", " \"x\" "), ("PINGONE_CLIENT_SECRET", "'the-secret'")], &[]);
    for name in ["PINGONE_CLIENT_ID", "PINGONE_CLIENT_SECRET"] {
        assert!(shown.stdout.contains(&format!("variable {name} (white space or quotes removed)")), "{shown:?}");
    }
    assert!(!shown.stdout.contains("the-secret"));
}

/// What surrounds a value that was pasted or written by another program.
const PADDED: [&str; 12] = [
    "\u{feff}$",
    "$\r",
    "$\r\n",
    "\"$\"",
    "'$'",
    "  $\t",
    "\u{a0}$\u{a0}",
    "\u{200b}$\u{2060}",
    "\u{ad}$\u{200e}",
    "$\u{1a}",
    "\u{201c}$\u{201d}",
    " \" '$' \"\r",
];

#[test]
fn every_padding_is_removed_in_every_source() {
    let world = World::new();
    let user = world.locked_out();
    let settings = [
        ("PINGONE_API_URL", world.emulator.api_url().to_owned()),
        ("PINGONE_AUTH_URL", world.emulator.auth_url().to_owned()),
        ("PINGONE_ENVIRONMENT_ID", world.emulator.environment_id().to_string()),
        ("PINGONE_CLIENT_ID", world.emulator.client_id().to_owned()),
        ("PINGONE_CLIENT_SECRET", world.emulator.client_secret().to_owned()),
    ];
    let ok = |ran: &Ran, padded: &str| assert_eq!(ran.code, Some(0), "{padded:?}: {ran:?}");
    for padded in PADDED {
        let pad = |text: &str| padded.replace('$', text);
        let padded_settings = settings.clone().map(|(name, value)| (name, pad(&value)));
        let mut command = world.bare(&["doctor", "-v", &pad(&user)]);
        let ran = world.ran(command.envs(padded_settings.clone()).env("NO_PROXY", pad("127.0.0.1")));
        ok(&ran, padded);
        assert!(ran.stderr.contains("/environments/{environmentId}/users/{userId}/password 200 "), "{ran:?}");
        // A proxy that nobody listens at, but for the hosts in NO_PROXY.
        let mut command = world.bare(&["state", &pad(&user)]);
        command.envs(padded_settings.clone()).env("HTTPS_PROXY", pad("http://127.0.0.1:1"));
        ok(&world.ran(command.env("NO_PROXY", pad("127.0.0.1"))), padded);
        let ran = show(&world, &[("HTTPS_PROXY", &pad("http://127.0.0.1:1"))], &["--output", "csv"]);
        let row = "proxy,http://127.0.0.1:1,variable,variable HTTPS_PROXY (white space or quotes removed)";
        assert!(ran.stdout.contains(row), "{ran:?}");

        let secret = world.file("secret", &pad(world.emulator.client_secret()));
        let flags = [
            ["--api-url", &pad(&settings[0].1)],
            ["--auth-url", &pad(&settings[1].1)],
            ["--environment-id", &pad(&settings[2].1)],
            ["--client-id", &pad(&settings[3].1)],
            ["--client-secret-file", &secret],
            ["--transaction-id", &pad("t-1")],
        ];
        ok(&world.ran(&mut world.bare(&[&["state", &user][..], flags.as_flattened()].concat())), padded);

        let text = |value: &str| serde_json::to_string(&pad(value)).unwrap();
        let profile = format!(
            "[profile.one]\napi_url = {}\nauth_url = {}\nenvironment_id = {}\nclient_id = {}\nclient_secret_file = {}\n",
            text(&settings[0].1),
            text(&settings[1].1),
            text(&settings[2].1),
            text(&settings[3].1),
            text("secret"),
        );
        let file = world.file("profiles.toml", &profile);
        let mut command = world.bare(&["state", &user]);
        command.env("PINGONE_PASSWORD_CONFIG", pad(&file)).env("PINGONE_PASSWORD_PROFILE", pad("one"));
        ok(&world.ran(&mut command), padded);
        // Nothing but padding is no value.
        let blank = world.ran(world.command(&["state", &user]).env("PINGONE_TOP_LEVEL_DOMAIN", pad("")));
        ok(&blank, padded);
    }
}

#[test]
fn an_environment_in_the_api_url_is_refused() {
    let world = World::new();
    let url = format!("{}/environments/{}/users", world.emulator.api_url(), world.emulator.environment_id());
    let ran = world.run(&["state", "--api-url", &url, &world.locked_out()]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains(&format!("it contains an environment: use {}\n", world.emulator.api_url())), "{ran:?}");
}

#[test]
fn a_region_in_other_tools_variables() {
    let world = World::new();
    let complete = |region: &[(&str, &str)]| {
        let mut command = world.bare(&["doctor", "--proxy", "http://127.0.0.1:1"]);
        command.env("PINGONE_ENVIRONMENT_ID", "11111111-1111-8111-8111-111111111111");
        command.env("PINGONE_API_ACCESS_TOKEN", "x").envs(region.iter().copied());
        world.ran(&mut command)
    };
    for (name, value) in [
        ("PINGONE_TOP_LEVEL_DOMAIN", "EU"),
        ("PINGONE_TOP_LEVEL_DOMAIN", "Europe"),
        ("PINGONE_ROOT_DOMAIN", "pingone.eu"),
        ("PINGONE_REGION_CODE", "EU"),
        ("PINGONE_API_DOMAIN", "api.pingone.eu"),
        ("PINGONE_API_DOMAIN", "https://api.pingone.eu/v1"),
    ] {
        let ran = complete(&[(name, value)]);
        assert!(ran.stdout.contains("https://api.pingone.eu/v1: "), "{name}={value}: {ran:?}");
    }
    let same = [("PINGONE_TOP_LEVEL_DOMAIN", "eu"), ("PINGONE_REGION_CODE", "EU")];
    assert_eq!(complete(&same).code, Some(1));
    let other = [("PINGONE_TOP_LEVEL_DOMAIN", "eu"), ("PINGONE_REGION_CODE", "NA")];
    let ran = complete(&other);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stdout.contains("eu in variable PINGONE_TOP_LEVEL_DOMAIN and com in variable PINGONE_REGION_CODE"),
        "{ran:?}"
    );
}

#[test]
fn client_credentials_in_other_tools_variables() {
    let world = World::new();
    let run = |variables: &[(&str, &str)]| {
        let mut command = world.command(&["state", &world.user(Status::Ok)]);
        command.env_remove("PINGONE_API_ACCESS_TOKEN").envs(variables.iter().copied());
        world.ran(&mut command)
    };
    let (id, secret) = (world.emulator.client_id(), world.emulator.client_secret());
    let credentials =
        [("PINGONE_CLIENT_CREDENTIALS_CLIENT_ID", id), ("PINGONE_CLIENT_CREDENTIALS_CLIENT_SECRET", secret)];
    assert_eq!(run(&credentials).code, Some(0));
    let ran = run(&[&credentials[..], &[("PINGONE_CLIENT_SECRET", "other"), ("PINGONE_CLIENT_ID", id)]].concat());
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("the client secret in PINGONE_CLIENT_SECRET and PINGONE_CLIENT_CREDENTIALS"),
        "{ran:?}"
    );
}

#[test]
fn the_proxy_of_curls_variables() {
    let world = World::new();
    let proxy = |variables: &[(&str, &str)], args: &[&str]| {
        let ran = show(&world, variables, &[args, &["--output", "json"]].concat());
        let rows = ran.json();
        let row = rows.iter().find(|row| row["setting"] == "proxy").unwrap().clone();
        (row["value"].as_str().map(str::to_owned), row["origin"].as_str().map(str::to_owned))
    };
    for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        let (value, origin) = proxy(&[(name, "http://proxy:1")], &[]);
        assert_eq!((value.as_deref(), origin), (Some("http://proxy:1"), Some(format!("variable {name}"))));
    }
    let both = [("HTTPS_PROXY", "http://upper:1"), ("https_proxy", "http://lower:1"), ("NO_PROXY", "example.com")];
    let (value, origin) = proxy(&both, &[]);
    assert_eq!(value.as_deref(), Some("http://lower:1"));
    assert_eq!(origin.unwrap(), "variable https_proxy, except for example.com (variable NO_PROXY)");
    assert_eq!(proxy(&both, &["--no-proxy"]), (None, None));

    // The proxy's port is closed.
    let run = |variables: &[(&str, &str)], args: &[&str]| {
        let args =
            [&["doctor", "--api-url", "https://localhost:1", "--auth-url", "https://localhost:1"], args].concat();
        let mut command = world.command(&args);
        command.env("HTTPS_PROXY", "http://127.0.0.1:9").envs(variables.iter().copied());
        world.ran(&mut command)
    };
    for (variables, args) in [(&[("NO_PROXY", "localhost")][..], &[][..]), (&[], &["--no-proxy"])] {
        let ran = run(variables, args);
        assert_eq!(ran.code, Some(1), "{ran:?}");
    }
    let ran = world.run(&["state", "--no-proxy", "--proxy", "http://127.0.0.1:9", &world.locked_out()]);
    assert_eq!(ran.code, Some(2));
}

/// A proxy that connects to nothing. Returns its URL, and the hosts that it was asked for.
fn proxy() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let hosts = Arc::new(Mutex::new(Vec::new()));
    let asked_for = Arc::clone(&hosts);
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut lines = BufReader::new(connection.unwrap()).lines().map_while(Result::ok);
            let host = lines.next().and_then(|line| Some(line.strip_prefix("CONNECT ")?.split(':').next()?.to_owned()));
            hosts.lock().unwrap().push(host.unwrap());
            // The rest of the request. The connection ends without a response.
            lines.find(String::is_empty);
        }
    });
    (url, asked_for)
}

#[test]
fn the_proxy_is_for_the_hosts_that_no_variable_exempts() {
    let world = World::new();
    let (url, asked_for) = proxy();
    let (api, auth) = ("api.example.invalid", "auth.example.invalid");
    let user = world.locked_out();
    let run = |exceptions: &str, has_token: bool| {
        let mut command = world.bare(&["state", &user]);
        command
            .envs([("HTTPS_PROXY", url.as_str()), ("NO_PROXY", exceptions)])
            .env("PINGONE_ENVIRONMENT_ID", world.emulator.environment_id().to_string())
            .env("PINGONE_API_URL", format!("https://{api}/v1"));
        command.env("PINGONE_AUTH_URL", format!("https://{auth}"));
        if has_token {
            command.env("PINGONE_API_ACCESS_TOKEN", world.emulator.access_token());
        } else {
            command.env("PINGONE_CLIENT_ID", world.emulator.client_id());
            command.env("PINGONE_CLIENT_SECRET", world.emulator.client_secret());
        }
        assert_ne!(world.ran(&mut command).code, Some(2), "{exceptions}");
        let mut hosts = std::mem::take(&mut *asked_for.lock().unwrap());
        hosts.dedup();
        hosts
    };
    assert_eq!((run("", true), run("", false)), (vec![api.to_owned()], vec![auth.to_owned()]));
    assert_eq!((run(api, true), run(api, false)), (vec![], vec![auth.to_owned()]));
    assert_eq!((run(auth, true), run(auth, false)), (vec![api.to_owned()], vec![]));
    for both in ["example.invalid", ".EXAMPLE.invalid", "x AUTH.example.invalid api.example.invalid", "*"] {
        assert_eq!((run(both, true), run(both, false)), (vec![], vec![]), "{both}");
    }
}

#[cfg(unix)]
#[test]
fn files_that_others_can_use_are_named() {
    let world = World::new();
    let profile = world.file("config/pingone-password/config.toml", "[profile.default]\n");
    set_mode(profile.as_ref(), 0o664);
    let ran = show(&world, &[], &[]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("others can write the file (mode 664); run: chmod go-w "), "{ran:?}");
    set_mode(profile.as_ref(), 0o644);
    assert_eq!(show(&world, &[], &[]).code, Some(0));

    let secret = world.file("secret", "x");
    set_mode(secret.as_ref(), 0o644);
    let args = ["state", "--client-id", "x", "--client-secret-file", &secret, &world.locked_out()];
    let ran = world.run(&args);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains(&format!("can't use the secret file {secret}: others can read it")), "{ran:?}");
}

#[test]
fn a_path_with_backslashes_in_a_profile() {
    let world = World::new();
    let file = world.file("profiles.toml", "[profile.default]\nclient_secret_file = \"C:\\Users\\x\"\n");
    let ran = show(&world, &[], &["--config", &file]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("line 2") && ran.stderr.contains("in single quotes"), "{ran:?}");
}

#[test]
fn variables_that_disagree_are_refused() {
    let world = World::new();
    let id = world.emulator.client_id().to_owned();
    let secret = world.emulator.client_secret().to_owned();
    let other = "another-value-0123456789";
    let run = |variables: &[(&str, &str)], args: &[&str]| {
        let user = world.locked_out();
        let mut command = world.command(&[&["state", &user], args].concat());
        let ran = world.ran(command.env_remove("PINGONE_API_ACCESS_TOKEN").envs(variables.iter().copied()));
        assert!(!format!("{ran:?}").contains(other), "{ran:?}");
        ran
    };
    let worker = [("PINGONE_CLIENT_ID", &*id), ("PINGONE_CLIENT_SECRET", &*secret)];
    let of_other_tools =
        [("PINGONE_CLIENT_CREDENTIALS_CLIENT_ID", &*id), ("PINGONE_CLIENT_CREDENTIALS_CLIENT_SECRET", &*secret)];
    assert_eq!(run(&[worker, of_other_tools].concat(), &[]).code, Some(0));
    assert_eq!(run(&of_other_tools, &[]).code, Some(0));
    let padded = format!(" \"{id}\"\r\n");
    assert_eq!(run(&[&worker[..], &[("PINGONE_CLIENT_CREDENTIALS_CLIENT_ID", &padded)]].concat(), &[]).code, Some(0));
    for ((name, _), label) in of_other_tools.into_iter().zip(["client ID", "client secret"]) {
        let first = name.replace("CREDENTIALS_CLIENT_", "");
        let expected = format!("error: the {label} in {first} and {name} differs: unset one of them\n");
        let requests = world.emulator.requests().len();
        for (value, of_other) in [(other, None), (if name.ends_with("ID") { &*id } else { &secret }, Some(other))] {
            let mut variables = worker.to_vec();
            variables.push((name, value));
            variables.extend(of_other.map(|other| (&*first, other)));
            let ran = run(&variables, &[]);
            assert_eq!((ran.code, &ran.stderr), (Some(2), &expected));
        }
        assert_eq!(world.emulator.requests().len(), requests);
    }
    // A source of higher precedence decides: a flag before variables, and variables before a profile.
    let disagreeing = [worker[1], worker[0], ("PINGONE_CLIENT_CREDENTIALS_CLIENT_ID", other)];
    assert_eq!(run(&disagreeing, &["--client-id", &id]).code, Some(0));
    world.file("config/pingone-password/config.toml", &format!("[profile.default]\nclient_id = \"{other}\"\n"));
    assert_eq!(run(&worker, &[]).code, Some(0));
}
