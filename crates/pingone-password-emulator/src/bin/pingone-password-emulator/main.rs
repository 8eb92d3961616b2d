//! The emulator as a program: it starts, prints its addresses, and serves until it is stopped.

mod announcement;
mod arguments;
mod postman;

use std::{
    error::Error,
    future::ready,
    io::{self, Write},
    pin::pin,
    process::ExitCode,
};

use arguments::Arguments;
use clap::{CommandFactory, Parser};

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
            // If this can't be written either, the exit code has to suffice.
            _ = writeln!(io::stderr(), "pingone-password-emulator: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Waits for Ctrl-C, or another signal that asks the program to stop.
async fn stop_signal() -> io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            stopped = tokio::signal::ctrl_c() => stopped,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

async fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    if let Some(folder) = &arguments.man {
        return Ok(clap_mangen::generate_to(Arguments::command(), folder)?);
    }
    let emulator = arguments.builder()?.start().await?;
    emulator.inject(arguments.script());
    emulator.inject_token(arguments.token_faults.iter().copied());
    if let Some(file) = &arguments.postman_environment {
        postman::write(&emulator, file)?;
    }
    #[cfg(feature = "tls")]
    let certificate = announcement::Certificate::write(&emulator)?;
    #[cfg(not(feature = "tls"))]
    let certificate = announcement::Certificate::default();

    // Polled once before the announcement, so that its reader can already stop the emulator with a signal.
    let mut stop = pin!(stop_signal());
    tokio::select! {
        biased;
        stopped = &mut stop => return Ok(stopped?),
        () = ready(()) => {}
    }

    let text = if arguments.json {
        announcement::json(&emulator, &certificate)?
    } else {
        announcement::text(&emulator, &certificate)
    };
    let mut stdout = io::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        // The reader closed the pipe: it has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        written => written?,
    }
    Ok(stop.await?)
}
