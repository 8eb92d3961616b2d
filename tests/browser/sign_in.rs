//! A person who signs in in a browser, and a hostile page in the same browser.

use pingone_password::{Client, MemoryStore, SignInApplication};
use pingone_password_emulator::{Actor, Agent, Emulator, Status};

use crate::Result;
use crate::browser::in_browser;

#[tokio::test]
async fn a_person_signs_in_and_a_hostile_page_does_not() -> Result {
    in_browser(async |browser| {
        let emulator = Emulator::start().await?;
        let builder = Client::builder(emulator.environment_id().into()).base_url(emulator.api_url());
        let application =
            SignInApplication::new(emulator.sign_in_client_id().to_string()).auth_url(emulator.auth_url());
        let sign_in = builder.sign_in(application, MemoryStore::default())?;
        let authorization = sign_in.authorize_in_browser(0).await?;
        let url = authorization.url().to_owned();
        let (_, redirect) = url.split_once("redirect_uri=http%3A%2F%2F").ok_or("no redirect URI")?;
        let redirect = redirect.split('&').next().ok_or("no redirect URI")?;
        let redirect = format!("http://{}", redirect.replace("%3A", ":").replace("%2F", "/"));
        let waiting = tokio::spawn(authorization.wait());

        // A page of another origin posts to the port, then follows a link with a code of its own.
        let hostile = format!(
            "data:text/html,<form method=post action={redirect}?code=stolen%26state=guessed>\
             <button>post</button></form><a href={redirect}?code=stolen%26state=guessed>link</a>"
        );
        browser.open(&hostile).await?;
        browser.click("button").await?;
        browser
            .wait_for("return document.body.innerText.trim()", "Only the redirect of a sign-in is served here.")
            .await?;
        browser.open(&hostile).await?;
        browser.click("a").await?;
        let refused = "This is not the redirect of the sign-in that is under way.";
        browser.wait_for("return document.body.innerText.trim()", refused).await?;
        assert!(!waiting.is_finished() && emulator.token_requests() == 0);

        browser.open(&url).await?;
        browser.click("button[value='alex.admin']").await?;
        let closed = "Signed in. You can close this page and return to the terminal.";
        browser.wait_for("return document.body.innerText.trim()", closed).await?;
        let address = browser.run("return location.href").await?;
        assert!(!address.as_str().ok_or("no address")?.contains("code="), "the code is in the address bar: {address}");

        let person = waiting.await??.person.ok_or("no person")?;
        assert_eq!(person.name.as_deref(), Some("Alex Admin"));
        let user = emulator.add_user(Status::PasswordLockedOut);
        builder.access_token_provider(sign_in).build()?.unlock_password(user.into()).await?;
        assert!(emulator.events().iter().all(|event| event.actor == Actor::Agent(Agent::AlexAdmin)));
        Ok(())
    })
    .await
}
