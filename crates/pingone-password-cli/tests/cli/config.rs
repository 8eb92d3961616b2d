//! Where settings come from.

use std::fs;

use insta::assert_snapshot;

use crate::World;

const PROFILES: &str = r#"
[profile.default]
environment_id = "11111111-1111-8111-8111-111111111111"
top_level_domain = "eu"
client_id = "from-the-profile"
client_secret_file = "secret"

[profile.other]
environment_id = "22222222-2222-8222-8222-222222222222"
top_level_domain = "com.au"
access_token_file = "/run/secrets/token"
"#;

#[test]
fn a_profile_then_the_environment_then_a_flag() {
    let world = World::new();
    world.file("config/pingone-password/config.toml", PROFILES);
    let mut command = world.bare(&["config", "show", "--client-id", "from-the-flag"]);
    command.env("PINGONE_ENVIRONMENT_ID", "33333333-3333-8333-8333-333333333333");
    let ran = world.ran(command.env("PINGONE_CLIENT_ID", "from-the-variable").env("PINGONE_AUTH_URL", ""));
    world.snapshots(|| assert_snapshot!("config_show", ran.text()));
}

#[test]
fn another_profile_of_another_file() {
    let world = World::new();
    let file = world.file("profiles.toml", PROFILES);
    let ran =
        world.ran(&mut world.bare(&["config", "show", "--config", &file, "--profile", "other", "--output", "json"]));
    world.snapshots(|| assert_snapshot!("config_show_json", ran.text()));
    let mut by_variables = world.bare(&["config", "show", "--output", "json"]);
    by_variables.env("PINGONE_PASSWORD_CONFIG", &file).env("PINGONE_PASSWORD_PROFILE", "other");
    assert_eq!(world.ran(&mut by_variables).stdout, ran.stdout);
}

#[test]
fn csv() {
    let world = World::new();
    let ran = world.run(&["config", "show", "--output", "csv"]);
    world.snapshots(|| assert_snapshot!("config_show_csv", ran.text()));
}

#[test]
fn everything_that_is_missing_and_where_it_can_be_set() {
    let world = World::new();
    let ran = world.ran(&mut world.bare(&["state", &world.locked_out()]));
    world.snapshots(|| assert_snapshot!("config_missing", ran.text()));
}

#[test]
fn everything_that_is_wrong_and_where_it_comes_from() {
    let world = World::new();
    let mut command = world.bare(&["state", "--environment-id", "production", &world.locked_out()]);
    command.env("PINGONE_TOP_LEVEL_DOMAIN", "moon").env("PINGONE_CLIENT_ID", "x");
    command.env("PINGONE_WORKER_ENVIRONMENT_ID", "y").env("PINGONE_CLIENT_AUTHENTICATION", "z");
    world.snapshots(|| assert_snapshot!("config_wrong", world.ran(&mut command).text()));
}

#[test]
fn a_url_without_tls_is_rejected() {
    let world = World::new();
    let ran = world.run(&["state", "--api-url", "http://api.example.com", &world.locked_out()]);
    world.snapshots(|| assert_snapshot!("config_url", ran.text()));
}

#[test]
fn the_stronger_place_decides_between_a_token_and_a_worker_application() {
    let world = World::new();
    let file = world.file("profiles.toml", PROFILES);
    // The token in the environment, and not the profile's worker application.
    let ran = world.run(&["state", "--config", &file, &world.locked_out()]);
    assert_eq!((ran.code, world.emulator.token_requests()), (Some(0), 0), "{ran:?}");
    // The worker application on the command line, and not the token in the environment.
    let id = world.emulator.client_id();
    let mut command = world.command(&["state", "--client-id", id, &world.locked_out()]);
    let ran = world.ran(command.env("PINGONE_CLIENT_SECRET", world.emulator.client_secret()));
    assert_eq!((ran.code, world.emulator.token_requests()), (Some(0), 1), "{ran:?}");
}

#[test]
fn a_profile_that_is_not_there() {
    let world = World::new();
    let file = world.file("profiles.toml", PROFILES);
    let ran = world.run(&["config", "show", "--config", &file, "--profile", "third"]);
    world.snapshots(|| assert_snapshot!("config_no_profile", ran.text()));
    assert_eq!(world.run(&["config", "show", "--config", "/nowhere/config.toml"]).code, Some(2));
    assert_eq!(world.run(&["config", "show", "--profile", "default"]).code, Some(2));
}

#[test]
fn a_secret_in_a_profile_is_rejected_and_not_printed() {
    let world = World::new();
    let text = "[profile.default]\ntop_level_domain = \"eu\"\nclient_secret = \"the-secret\"\n";
    let file = world.file("profiles.toml", text);
    let ran = world.run(&["state", "--config", &file, &world.locked_out()]);
    world.snapshots(|| assert_snapshot!("config_secret_in_profile", ran.text()));
    assert!(!ran.stderr.contains("the-secret"));
    let broken = world.file("broken.toml", "[profile.default]\nclient_secret_file = the-secret\n");
    let ran = world.run(&["config", "show", "--config", &broken]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("line 2") && !ran.stderr.contains("the-secret"), "{ran:?}");
}

#[test]
fn a_profile_is_enough_and_its_paths_start_where_it_is() {
    let world = World::new();
    let (api_url, auth_url) = (world.emulator.api_url(), world.emulator.auth_url());
    let (environment_id, client_id) = (world.emulator.environment_id(), world.emulator.client_id());
    let profile = format!(
        "[profile.default]\nenvironment_id = \"{environment_id}\"\napi_url = \"{api_url}\"\nauth_url = \"{auth_url}\"\n\
         client_id = \"{client_id}\"\nclient_secret_file = \"worker.secret\"\nclient_authentication = \"post\"\n"
    );
    world.file("config/pingone-password/config.toml", &profile);
    world.file("config/pingone-password/worker.secret", world.emulator.client_secret());
    let ran = world.ran(&mut world.bare(&["state", &world.locked_out()]));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let requests = world.emulator.requests();
    let token = requests.iter().find(|request| request.path.ends_with("/as/token")).unwrap();
    assert!(token.header("Authorization").is_empty(), "the credentials are in the body");
}

#[test]
fn a_token_endpoint_of_its_own() {
    let world = World::new();
    let token_url = format!("{}/{}/as/token", world.emulator.auth_url(), world.emulator.environment_id());
    let run = |args: &[&str], auth_url: &str| {
        let user = world.locked_out();
        let mut command = world.command(&[&["state", &user], args].concat());
        command.env_remove("PINGONE_API_ACCESS_TOKEN").env("PINGONE_AUTH_URL", auth_url);
        command.env("PINGONE_CLIENT_ID", world.emulator.client_id());
        world.ran(command.env("PINGONE_CLIENT_SECRET", world.emulator.client_secret()))
    };
    let ran = run(&["--token-url", &token_url], "http://127.0.0.1:1");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let ran = run(&["--token-url", "http://id.example.com/as/token"], "");
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("the token URL is from flag --token-url"), "{ran:?}");
    // The authorization server from a flag is stronger than the token endpoint from a profile.
    let profile = "[profile.default]\ntoken_url = \"http://127.0.0.1:1/as/token\"\n";
    world.file("config/pingone-password/config.toml", profile);
    let ran = run(&["--auth-url", world.emulator.auth_url()], "");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_proxy_from_a_flag_or_the_environment() {
    let world = World::new();
    // The port is closed. Only HTTPS uses the proxy.
    let args = ["state", "--api-url", "https://api.example.com", &world.locked_out()];
    let mut command = world.command(&args);
    let ran = world.ran(command.env("HTTPS_PROXY", "http://anna:the-password@127.0.0.1:1"));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("no connection") && !ran.stderr.contains("the-password"), "{ran:?}");
    let ran = world.run(&["state", "--proxy", "http://127.0.0.1:1", &world.locked_out()]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let ran = world.run(&["state", "--proxy", "http://", &world.locked_out()]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("the proxy is from flag --proxy"), "{ran:?}");
}

#[test]
fn a_ca_certificate_from_a_flag_a_variable_or_beside_the_profile() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let broken = file("broken.pem", "hunter2");
    let config = file("config.toml", "[profile.default]\nca_certificate = \"broken.pem\"\n");
    let state = ["state", &world.locked_out()].map(str::to_owned);
    for (args, variable, origin) in [
        (vec!["--ca-certificate", &broken], "", "flag --ca-certificate"),
        (vec![], &*broken, "variable PINGONE_CA_CERTIFICATE"),
        (vec!["--config", &config], "", "profile `default`"),
    ] {
        let args: Vec<_> = state.iter().map(String::as_str).chain(args).collect();
        let ran = world.ran(world.command(&args).env("PINGONE_CA_CERTIFICATE", variable));
        assert_eq!(ran.code, Some(2), "{ran:?}");
        let names_it = ran.stderr.contains("a root certificate is not valid PEM") && ran.stderr.contains(origin);
        assert!(names_it && !ran.stderr.contains("hunter2"), "{ran:?}");
    }
    let ran = world.run(&["state", "--ca-certificate", "no-such-file.pem", &world.locked_out()]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("can't read no-such-file.pem"), "{ran:?}");
}

#[test]
fn csv_of_settings_has_no_formulas() {
    let world = World::new();
    let ran = world.run(&["config", "show", "--output", "csv", "--client-id", "=1+1"]);
    assert!(ran.stdout.contains("\nclient_id,'=1+1,flag,"), "{ran:?}");
}

#[test]
fn a_password_in_an_url_is_not_shown() {
    let world = World::new();
    for flag in ["--api-url", "--auth-url", "--token-url", "--proxy"] {
        let args = [flag, "https://anna:the-password@api.example.com"];
        for command in [&["config", "show"][..], &["doctor"], &["state", &world.locked_out()]] {
            let ran = world.run(&[command, &args].concat());
            assert!(!ran.stdout.contains("the-password") && !ran.stderr.contains("the-password"), "{ran:?}");
        }
    }
}
