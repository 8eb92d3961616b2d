//! A reader who knows nothing but the URL that the emulator's program prints.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::Result;
use crate::browser::{Browser, in_browser};
use crate::program::build;

/// The emulator's program, stopped when dropped.
struct Program(Child);

impl Program {
    /// Starts it as `cargo run -p pingone-password-emulator` does, and returns the URL of the page.
    fn start() -> Result<(Self, String)> {
        let program = build("pingone-password-emulator")?;
        let mut program = Self(Command::new(program).stdout(Stdio::piped()).spawn()?);
        for line in BufReader::new(program.0.stdout.take().ok_or("no output")?).lines() {
            if let Some(url) = line?.trim().strip_prefix("page ") {
                return Ok((program, url.trim().to_owned()));
            }
        }
        Err("no URL of a page".into())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Runs a command that was copied from the page.
fn shell(command: &str) -> Result<String> {
    let output = Command::new("sh").args(["-c", command]).output()?;
    Ok(String::from_utf8(output.stdout)?)
}

#[tokio::test]
async fn locks_a_user_misses_the_unlock_sees_why_and_unlocks() -> Result {
    in_browser(async |browser: Browser| {
        let (_program, url) = Program::start()?;
        browser.open(&url).await?;

        // The first user's password is valid; a click on the name shows the user, a click on Lock locks the user out.
        browser.click("#user-list li:first-child .name").await?;
        browser.click("#user-list li:first-child button[aria-label^='Lock ']").await?;
        let badge = "return document.querySelector('#user-list li:first-child .badge').textContent";
        browser.wait_for(badge, "locked out").await?;

        let commands = browser.texts("#user pre").await?;
        let unlock = commands.iter().find(|command| command.contains("password.unlock+json")).ok_or("no unlock")?;
        let media_type = "application/vnd.pingidentity.password.unlock+json";
        let response = shell(&unlock.replace(media_type, "application/json"))?;
        assert!(response.starts_with("HTTP/1.1 415"), "{response}");
        let why = "return document.querySelector('#request-list .why')?.textContent";
        let explained = format!(
            "application/json, which a client's generator or HTTP library sends by default: an unlock needs {media_type}"
        );
        browser.wait_for(why, explained).await?;
        assert_eq!(browser.run(badge).await?, "locked out");

        let response = shell(unlock)?;
        assert!(response.starts_with("HTTP/1.1 200"), "{response}");
        browser.wait_for(badge, "OK").await?;
        browser.wait_for("return document.querySelector('#events-count').textContent", "2").await?;
        browser.assert_clean(url.trim_end_matches('/')).await
    })
    .await
}
