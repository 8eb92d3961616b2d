//! The emulator as a program: it starts, says where it is, and serves until it is stopped.

mod announcement;
mod arguments;

use std::{
    error::Error,
    future::ready,
    io::{self, Write},
    pin::pin,
    process::ExitCode,
};

use arguments::Arguments;
use clap::Parser;

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

/// Ctrl-C, or whatever else asks a program to end here.
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
    let emulator = arguments.builder().start().await?;
    emulator.inject(arguments.script());
    emulator.inject_token(arguments.token_faults.iter().copied());
    #[cfg(feature = "tls")]
    let certificate = announcement::Certificate::write(&emulator)?;
    #[cfg(not(feature = "tls"))]
    let certificate = announcement::Certificate::default();

    // Polled once before the announcement, so that whoever read it can already stop the emulator this way.
    let mut stop = pin!(stop_signal());
    tokio::select! {
        biased;
        stopped = &mut stop => return Ok(stopped?),
        () = ready(()) => {}
    }

    let text = if arguments.json {
        announcement::for_a_program(&emulator, &certificate)?
    } else {
        announcement::for_a_person(&emulator, &certificate)
    };
    let mut stdout = io::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        // Whoever read it has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        written => written?,
    }
    Ok(stop.await?)
}
