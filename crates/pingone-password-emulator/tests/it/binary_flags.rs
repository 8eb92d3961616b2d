//! The program's flags for limits and faults.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::Value;

use crate::{
    binary::{Program, fill_in, text},
    wire::{Reply, UNLOCK, parse},
};

fn send(ready: &Value, head: &str, body: &str) -> Reply {
    let address = text(ready, "auth_url").trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).unwrap();
    let length = body.len();
    let request = format!("{head}\r\nHost: emulator\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    connection.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    connection.read_to_string(&mut response).unwrap();
    parse(&response)
}

fn unlock(ready: &Value) -> Reply {
    let path = "/v1/environments/{{envID}}/users/{{userID}}/password";
    let head = format!("POST {path} HTTP/1.1\r\nAuthorization: Bearer {{{{accessToken}}}}\r\nContent-Type: {UNLOCK}");
    send(ready, &fill_in(&head, ready, "PASSWORD_LOCKED_OUT"), "")
}

fn request_token(ready: &Value, environment: &str) -> Reply {
    let (id, secret) = (text(ready, "client_id"), text(ready, "client_secret"));
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let head = format!("POST /{environment}/as/token HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded");
    send(ready, &head, &form)
}

#[test]
fn scripted_faults() {
    let (_program, ready) = Program::ready_with(&[
        "--fault=bad-gateway-after",
        "--fault=none",
        "--fault=unavailable",
        "--token-fault=invalid-client",
        "--latency=1ms",
    ]);
    let statuses: Vec<_> = (0..4).map(|_| unlock(&ready).status).collect();
    assert_eq!(statuses, [502, 200, 503, 200]);
    let environment = text(&ready, "environment_id");
    assert_eq!(request_token(&ready, environment).status, 401);
    assert_eq!(request_token(&ready, environment).status, 200);
}

#[test]
fn faults_at_random() {
    let arguments = ["--fault-rate=1", "--fault-seed=7", "--fault-kind=bad-gateway", "--fault-kind=unavailable"];
    let statuses = |arguments: &[&str]| -> Vec<_> {
        let (_program, ready) = Program::ready_with(arguments);
        (0..20).map(|_| unlock(&ready).status).collect()
    };
    let injected = statuses(&arguments);
    assert!(injected.contains(&502) && injected.contains(&503), "{injected:?}");
    assert!(injected.iter().all(|status| [502, 503].contains(status)), "{injected:?}");
    assert_eq!(injected, statuses(&arguments));
    assert_ne!(injected, statuses(&[&["--fault-seed=8"], &arguments[..1], &arguments[2..]].concat()));
}

#[test]
fn limits() {
    let (_program, ready) = Program::ready_with(&["--rate-limit=0"]);
    assert_eq!(unlock(&ready).status, 429);
    let environment = "0f000000-0000-4000-8000-000000000000";
    let (_program, ready) = Program::ready_with(&["--token-lifetime=0s", "--worker-environment", environment]);
    assert_eq!(unlock(&ready).status, 401);
    assert_eq!(text(&ready, "worker_environment_id"), environment);
    assert_eq!(request_token(&ready, environment).json()["expires_in"], 0);
}

#[test]
fn invalid_arguments_are_errors() {
    for (arguments, expected) in [
        (["--fault=reset"].as_slice(), r#""reset" is not a fault; expected one of reset-before "#),
        (&["--token-fault=none"], r#""none" is not a fault; expected one of internal-error-500 "#),
        (&["--fault-rate=1.1"], "not in 0..=1"),
        (&["--fault-rate=NaN"], "not in 0..=1"),
        (&["--fault-kind=redirect"], "--fault-rate"),
        (&["--latency=soon"], "--latency"),
    ] {
        let mut program = Program::start(arguments);
        let mut stderr = String::new();
        program.0.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert!(stderr.contains(expected), "{stderr}");
        assert_eq!(program.0.wait().unwrap().code(), Some(2));
    }
}

#[cfg(all(feature = "tls", unix))]
#[test]
fn tls_writes_a_certificate_file_and_deletes_it_at_the_end() {
    use std::process::Command;

    use crate::binary::{interrupt, run};

    let (mut program, ready) = Program::ready_with(&["--tls"]);
    assert!(text(&ready, "api_url").starts_with("https://127.0.0.1:"));
    let certificate = text(&ready, "certificate_file");
    assert!(std::fs::read_to_string(certificate).unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    let command = "{{apiPath}}/environments/{{envID}}/users/{{userID}}/password' \
        --header 'Authorization: Bearer {{accessToken}}'";
    let command = format!("curl --cacert '{certificate}' '{}", fill_in(command, &ready, "EXTERNAL"));
    if let Some(state) = run("curl", Command::new("sh").args(["-c", &command])) {
        assert_eq!(state["status"], "EXTERNAL");
    }
    interrupt(&program);
    assert_eq!(program.0.wait().unwrap().code(), Some(0));
    assert!(!std::fs::exists(certificate).unwrap());
}

#[test]
fn users_and_sign_in() {
    let elsewhere = "https://10.1.2.3/v1";
    let (_program, ready) = Program::ready_with(&[
        "--page-size=2",
        "--max-filter-clauses=1",
        "--hide-lockout-in-account",
        "--embed-password",
        "--device-interval=2s",
        "--redirect-uri=http://127.0.0.1:7464/callback",
        "--next-link-base",
        elsewhere,
    ]);
    let token = text(&ready, "access_token");
    let get = |path: &str| send(&ready, &format!("GET {path} HTTP/1.1\r\nAuthorization: Bearer {token}"), "");
    let environment = text(&ready, "environment_id");
    let page = get(&format!("/v1/environments/{environment}/users")).json();
    assert_eq!((&page["size"], &page["count"]), (&2.into(), &6.into()));
    assert!(page["_links"]["next"]["href"].as_str().unwrap().starts_with(elsewhere));
    let locked_out = &ready["users"][3];
    let user = get(&format!("/v1/environments/{environment}/users/{}", text(locked_out, "id"))).json();
    assert_eq!((&user["username"], &user["email"]), (&locked_out["username"], &locked_out["email"]));
    assert_eq!(
        (&user["account"]["status"], &user["_embedded"]["password"]["status"]),
        (&"OK".into(), &locked_out["status"])
    );
    let filter = "?filter=enabled+eq+true+or+enabled+eq+false";
    assert_eq!(get(&format!("/v1/environments/{environment}/users{filter}")).status, 400);

    let client = text(&ready, "sign_in_client_id");
    let head = format!(
        "POST /{environment}/as/device_authorization HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded"
    );
    assert_eq!(send(&ready, &head, &format!("client_id={client}")).json()["interval"], 2);
    let query = format!("client_id={client}&redirect_uri=http://127.0.0.1:7465/callback");
    assert_eq!(get(&format!("/{environment}/as/authorize?{query}")).status, 400);
    let usernames: Vec<_> = ready["agents"].as_array().unwrap().iter().map(|agent| text(agent, "username")).collect();
    assert_eq!(usernames, ["alex.admin", "robin.reader"]);
}
