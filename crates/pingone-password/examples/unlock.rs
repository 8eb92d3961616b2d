//! Reads the state of a user's password, unlocks it, and reads it again.
//!
//! ```sh
//! cargo run -p pingone-password --example unlock
//! ```
//!
//! Without any configuration, this starts an emulator of PingOne in the same process and prints the requests that it received.
//! For a real environment, pass the user's ID as the argument and set these environment variables:
//!
//! - `PINGONE_ENVIRONMENT_ID`, `PINGONE_API_ACCESS_TOKEN`
//! - `PINGONE_TOP_LEVEL_DOMAIN`, such as `eu`; or `PINGONE_API_URL`

use std::env;
use std::error::Error;

use pingone_password::{Client, PasswordState, Region, UserId};
use pingone_password_emulator::{Emulator, Status};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(environment_id) = env::var("PINGONE_ENVIRONMENT_ID") {
        let user_id = env::args().nth(1).ok_or("pass the user's ID as the argument")?;
        let api_url = match env::var("PINGONE_API_URL") {
            Ok(api_url) => api_url,
            Err(_) => env::var("PINGONE_TOP_LEVEL_DOMAIN")?.parse::<Region>()?.api_url(),
        };
        let client = Client::builder(environment_id.parse()?)
            .base_url(api_url)
            .access_token(env::var("PINGONE_API_ACCESS_TOKEN")?)
            .build()?;
        return unlock(&client, user_id.parse()?).await;
    }

    let emulator = Emulator::start().await?;
    let user_id = emulator.add_user(Status::PasswordLockedOut).into();
    let client = Client::builder(emulator.environment_id().into())
        .base_url(emulator.api_url())
        .access_token(emulator.access_token())
        .build()?;
    println!("PINGONE_ENVIRONMENT_ID is not set. Using an emulator at {}.\n", emulator.api_url());
    unlock(&client, user_id).await?;

    println!("\nRequests that the emulator received:");
    for request in emulator.requests() {
        println!("\n  {} {}", request.method, request.path);
        for (name, value) in &request.headers {
            let value = String::from_utf8_lossy(value);
            println!("  {name}: {}", if name == "authorization" { "Bearer …".into() } else { value });
        }
        println!("  → {}", request.status.map_or("no response".to_owned(), |status| status.to_string()));
    }
    for event in emulator.events() {
        println!("\n  event {} of user {}", event.kind, event.user);
    }
    Ok(())
}

async fn unlock(client: &Client, user_id: UserId) -> Result<(), Box<dyn Error>> {
    println!("user {user_id}");
    let before = client.read_password_state(user_id).await?;
    println!("  before:    {}", describe(&before));
    let response = client.unlock_password(user_id).with_response().await?;
    println!("  unlocked (correlation ID {})", response.correlation_id().unwrap_or("unknown"));
    let after = client.read_password_state(user_id).await?;
    println!("  after:     {}", describe(&after));
    Ok(())
}

fn describe(state: &PasswordState) -> String {
    match state.seconds_until_unlock {
        Some(seconds) => format!("{}, for another {seconds} s", state.status),
        None => state.status.to_string(),
    }
}
