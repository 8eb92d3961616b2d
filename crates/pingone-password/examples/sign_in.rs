//! Signs a person in on another device, and unlocks a user's password as that person.
//!
//! ```sh
//! cargo run -p pingone-password --example sign_in
//! ```
//!
//! Without any configuration, this starts an emulator of PingOne in the same process, in which an agent approves at once. For a
//! real environment, pass the ID of a user who is locked out as the argument and set these environment variables:
//!
//! - `PINGONE_ENVIRONMENT_ID`, `PINGONE_TOP_LEVEL_DOMAIN`, such as `eu`
//! - `PINGONE_SIGN_IN_CLIENT_ID`, `PINGONE_SIGN_IN_ENVIRONMENT_ID`: the application that people sign in with

use std::env;
use std::error::Error;

use pingone_password::{Client, ClientBuilder, MemoryStore, Region, SignInApplication, UserId};
use pingone_password_emulator::{Agent, Emulator, Status};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(environment_id) = env::var("PINGONE_ENVIRONMENT_ID") {
        let user_id = env::args().nth(1).ok_or("pass the user's ID as the argument")?.parse()?;
        let region: Region = env::var("PINGONE_TOP_LEVEL_DOMAIN")?.parse()?;
        let application = SignInApplication::new(env::var("PINGONE_SIGN_IN_CLIENT_ID")?)
            .environment(env::var("PINGONE_SIGN_IN_ENVIRONMENT_ID")?.parse()?);
        return unlock(Client::builder(environment_id.parse()?).region(region), application, user_id, |_| ()).await;
    }

    let emulator = Emulator::start().await?;
    let user_id = emulator.add_user(Status::PasswordLockedOut);
    let builder = Client::builder(emulator.environment_id().into()).base_url(emulator.api_url());
    let application = SignInApplication::new(emulator.sign_in_client_id().to_string()).auth_url(emulator.auth_url());
    println!("PINGONE_ENVIRONMENT_ID is not set. Using an emulator at {}.\n", emulator.api_url());
    unlock(builder, application, user_id.into(), |user_code| {
        println!("alex.admin approves");
        emulator.approve_device(user_code, Agent::AlexAdmin);
    })
    .await?;
    for event in emulator.events() {
        println!("event {} of user {} by {}", event.kind, event.user, event.actor);
    }
    Ok(())
}

async fn unlock(
    builder: ClientBuilder,
    application: SignInApplication,
    user_id: UserId,
    approve: impl FnOnce(&str),
) -> Result<(), Box<dyn Error>> {
    let sign_in = builder.sign_in(application, MemoryStore::default())?;
    let device = sign_in.authorize_device().await?;
    println!("open {} and enter {}", device.verification_uri(), device.user_code());
    approve(device.user_code());
    let signed_in = device.wait().await?;
    let person = signed_in.person.ok_or("the authorization server names no person")?;
    println!("signed in as {} until {}", person.label(), signed_in.expires_at);

    let state = builder.access_token_provider(sign_in).build()?.unlock_password(user_id).await?;
    println!("user {user_id}: {:?}", state.map(|state| state.status));
    Ok(())
}
