//! The samples of the vendor's pages "Password Unlock" and "Read Password State", run as they are printed.
//!
//! Each needs a program and, most of them, a library. What isn't installed is named, and so are the samples that can't run anywhere
//! but in their own surroundings: `cargo test -p pingone-password-emulator samples -- --nocapture` shows them.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use pingone_password_emulator::{Emulator, Operation, Status};

/// A language, in the order of the vendor's pages.
struct Language {
    name: &'static str,
    file: &'static str,
    /// Whether the program and its library are here: a shell command that succeeds.
    check: &'static str,
    /// Runs the file `$0`.
    run: &'static str,
}

const LANGUAGES: [Language; 7] = [
    Language { name: "cURL", file: "curl.sh", check: "curl --version", run: "sh $0" },
    Language { name: "Go", file: "sample.go", check: "go version", run: "go run $0" },
    Language {
        // Debian's package libokhttp-java.
        name: "Java (OkHttp)",
        file: "Sample.java",
        check: "java -version && test -f /usr/share/java/okhttp.jar",
        run: "java -cp /usr/share/java/okhttp.jar:/usr/share/java/okio.jar $0",
    },
    Language { name: "NodeJS (request)", file: "sample.js", check: "node -e 'require(\"request\")'", run: "node $0" },
    Language { name: "Python (requests)", file: "sample.py", check: "python3 -c 'import requests'", run: "python3 $0" },
    Language {
        name: "PHP (HTTP_Request2)",
        file: "sample.php",
        check: "php -r 'require_once \"HTTP/Request2.php\";'",
        run: "php $0",
    },
    Language { name: "Ruby", file: "sample.rb", check: "ruby --version", run: "ruby $0" },
];

/// Samples that need surroundings of their own: a project, a server in front of them, a page with a library, an application.
const NEVER: [&str; 4] = ["C#", "HTTP", "jQuery", "Swift"];

fn shell(command: &str, file: &str) -> Output {
    Command::new("sh").args(["-c", command, file]).output().unwrap()
}

/// Runs the sample in every language that is here.
async fn run(folder: &str, operation: Operation) {
    for language in LANGUAGES {
        let Language { name, file, check, run } = language;
        if !shell(check, "").status.success() {
            eprintln!("{folder}: {name} is not installed");
            continue;
        }
        if operation == Operation::Read && file == "Sample.java" {
            eprintln!("{folder}: {name} as printed gives a GET a body, which OkHttp refuses");
            continue;
        }
        let emulator = Emulator::start().await.unwrap();
        let user = emulator.add_user(Status::PasswordLockedOut);
        let printed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(folder).join(file);
        let filled_in = fs::read_to_string(printed)
            .unwrap()
            .replace("{{apiPath}}", emulator.api_url())
            .replace("{{envID}}", &emulator.environment_id().to_string())
            .replace("{{userID}}", &user.to_string())
            .replace("{{accessToken}}", emulator.access_token());
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(file);
        fs::write(&path, filled_in).unwrap();
        let path = path.to_str().unwrap().to_owned();
        let output = tokio::task::spawn_blocking(move || shell(run, &path)).await.unwrap();

        let requests = emulator.requests();
        let seen: Vec<_> = requests.iter().map(|request| (request.operation, request.status)).collect();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(seen, [(Some(operation), Some(200))], "{folder} in {name}: {stderr}");
        assert_eq!(requests[0].near_miss, None, "{folder} in {name}");
        let expected = if operation == Operation::Unlock { Status::Ok } else { Status::PasswordLockedOut };
        assert_eq!(emulator.status(user), Some(expected), "{folder} in {name}");
        eprintln!("{folder}: {name} ran");
    }
    eprintln!("{folder}: not run: {}", NEVER.join(", "));
}

#[tokio::test(flavor = "multi_thread")]
async fn unlock_as_printed() {
    run("unlock", Operation::Unlock).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn read_as_printed() {
    run("read", Operation::Read).await;
}
