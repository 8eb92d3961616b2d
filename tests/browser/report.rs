//! The page of `pingone-password report --output html`.

use std::fs;
use std::path::Path;
use std::process::Command;

use pingone_password_emulator::{Emulator, Fault, Operation, Status};
use serde_json::Value;

use crate::Result;
use crate::browser::{Browser, in_browser};
use crate::program::build;

const USERS: usize = 120;
const HOSTILE: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>'\"&";

/// Unlocks users who are locked out, some of them in vain, and returns the emulator and the URL of the report.
async fn incident(folder: &Path) -> Result<(Emulator, String)> {
    let emulator = Emulator::start().await?;
    let users: Vec<_> = (0..USERS).map(|_| emulator.add_user(Status::PasswordLockedOut).to_string()).collect();
    fs::write(folder.join("users.txt"), users.join("\n"))?;
    emulator.inject_for(Operation::Unlock, [Fault::RateLimited]);
    emulator.inject_for(Operation::Unlock, [Fault::EchoEverywhere; 7]);
    let program = build("pingone-password-cli")?;
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(folder).env("HOME", folder);
        command.env("PINGONE_API_URL", emulator.api_url()).env("PINGONE_API_ACCESS_TOKEN", emulator.access_token());
        command.env("PINGONE_ENVIRONMENT_ID", emulator.environment_id().to_string()).output()
    };
    let arguments =
        ["unlock", "--from", "users.txt", "--yes", "--limit", "100", "--reason", HOSTILE, "--report", "report.html"];
    let output = tokio::task::block_in_place(|| run(&arguments))?;
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    let url = format!("file://{}", folder.join("report.html").display());
    Ok((emulator, url))
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_what_is_true_on_the_server() -> Result {
    in_browser(async |browser: Browser| {
        let folder = tempfile::tempdir()?;
        let (emulator, url) = incident(folder.path()).await?;
        browser.open(&url).await?;
        let unlocked: usize = emulator.users().iter().map(|(user, _)| emulator.unlocks(*user)).sum();
        assert_eq!(unlocked, 93);
        let summary = browser.texts("#summary p").await?.join(" ");
        assert!(
            summary.starts_with("The passwords of 93 users were unlocked, of 120 in the list, from 20"),
            "{summary}"
        );
        assert!(summary.contains("27 users are left to do: 7 failed, 20 not begun."), "{summary}");
        assert!(summary.contains(&format!("Reason: {HOSTILE}")), "{summary}");
        assert!(summary.contains("asked everyone to wait once"), "{summary}");
        let outcomes = browser.texts("#outcomes tr").await?;
        assert_eq!(outcomes, ["unlocked 93", "failed 7", "not begun 20"]);
        // One bar or more, and the wait.
        let bars = "return document.querySelectorAll('figure svg rect').length > 1";
        assert_eq!(browser.run(bars).await?, true);
        browser.assert_clean("file:").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_need_attention_are_searched() -> Result {
    in_browser(async |browser: Browser| {
        let folder = tempfile::tempdir()?;
        let (_emulator, url) = incident(folder.path()).await?;
        browser.open(&url).await?;
        let shown = "return [...document.querySelectorAll('#attention tbody tr')].filter((row) => !row.hidden).length";
        assert_eq!(browser.run(shown).await?, 7);
        assert_eq!(browser.texts("#found").await?, ["7 in all"]);
        let first = browser.texts("#attention tbody tr:nth-child(3) .id").await?.concat();
        browser.type_into("#search", &first[24..]).await?;
        browser.wait_for(shown, 1).await?;
        assert_eq!(browser.texts("#found").await?, ["1 of 7"]);
        browser.type_into("#search", " nothing").await?;
        browser.wait_for(shown, 0).await?;
        browser.assert_clean("file:").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn it_fits_a_telephone_a_screen_and_both_colour_schemes() -> Result {
    in_browser(async |browser: Browser| {
        let folder = tempfile::tempdir()?;
        let (_emulator, url) = incident(folder.path()).await?;
        browser.open(&url).await?;
        let mut colours = vec![];
        for scheme in ["light", "dark"] {
            browser.prefer(scheme).await?;
            for property in ["backgroundColor", "color"] {
                colours.push(browser.run(&format!("return getComputedStyle(document.body).{property}")).await?);
            }
            for width in [400, 1400] {
                browser.resize(width, 900).await?;
                let overflow = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
                assert_eq!(browser.run(overflow).await?, 0, "{width}, {scheme}");
            }
        }
        assert!(colours[0] != colours[2] && colours[1] != colours[3], "{colours:?}");
        // Its own policy holds: a script of somebody else's does nothing.
        let injected = "const script = document.createElement('script'); script.textContent = 'document.title = 1'; \
            document.body.append(script); return document.title";
        assert_eq!(browser.run(injected).await?, Value::from("Report on unlocked passwords"));
        Ok(())
    })
    .await
}
