//! Shows what a client logs: a rejected token, a lost response, a throttled request, and an unlock whose outcome stays unknown.
//!
//! Runs against the emulator, so it needs no account: `cargo run -p pingone-password --example logging`

use std::error::Error;
use std::io;

use pingone_password::{Client, ClientCredentials};
use pingone_password_emulator::{Emulator, Fault, Status};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // At `WARN`, only an unknown outcome shows.
    tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_writer(io::stderr).init();

    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut).into();
    let client = Client::builder(emulator.environment_id().into())
        .base_url(emulator.api_url())
        .client_credentials(
            ClientCredentials::new(emulator.client_id(), emulator.client_secret()).auth_url(emulator.auth_url()),
        )
        .build()?;

    emulator.inject([Fault::ResetAfter]);
    client.unlock_password(user).await?;
    println!("unlocked");

    emulator.inject([Fault::BadGatewayAfter, Fault::BadGateway, Fault::BadGateway, Fault::BadGateway]);
    if let Err(error) = client.unlock_password(user).await {
        println!("{error}");
    }
    Ok(())
}
