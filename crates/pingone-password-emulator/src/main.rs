//! The emulator as a program: it starts, says where it is, and serves until it is stopped.

mod announcement;

use std::{
    error::Error,
    future::ready,
    io::{self, Write},
    net::SocketAddr,
    pin::pin,
    process::ExitCode,
};

use clap::Parser;
use pingone_password_emulator::Emulator;

#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// Where to listen: a loopback address; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,

    /// How many users there are: each password status once, the rest locked out
    #[arg(long, value_name = "N", default_value_t = 6)]
    users: usize,

    /// Print one line of JSON when ready, with every user
    #[arg(long)]
    json: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut reason = error.to_string();
            let mut cause = error.source();
            while let Some(error) = cause {
                reason = format!("{reason}: {error}");
                cause = error.source();
            }
            // Nothing is left to be told where even this can't be written.
            _ = writeln!(io::stderr(), "pingone-password-emulator: {reason}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::builder().listen(arguments.listen).users(arguments.users).recording(false).start().await?;

    // Polled once before the announcement, so that whoever read it can already stop the emulator this way.
    let mut stop = pin!(tokio::signal::ctrl_c());
    tokio::select! {
        biased;
        stopped = &mut stop => return Ok(stopped?),
        () = ready(()) => {}
    }

    let text =
        if arguments.json { announcement::for_a_program(&emulator)? } else { announcement::for_a_person(&emulator) };
    let mut stdout = io::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        // Whoever read it has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        written => written?,
    }
    Ok(stop.await?)
}
