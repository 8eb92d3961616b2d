//! `login`: signs a person in.

use std::io::{self, IsTerminal};
use std::time::Duration;

use pingone_password::{BrowserAuthorization, DeviceAuthorization, SignInError, SignedIn, UserSignIn};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use super::arguments::LoginArgs;
use super::signed_in;
use crate::config::Target;
use crate::exit::Exit;
use crate::terminal::{self, interrupt, plain};

/// How long a person has to sign in in the browser.
const PATIENCE: Duration = Duration::from_secs(600);

/// Signs a person in and says who it is.
///
/// # Errors
///
/// Fails if standard output can't be written.
pub(super) async fn run(target: &Target, args: &LoginArgs) -> io::Result<Exit> {
    let Some(configured) = &target.sign_in else { return Ok(Exit::Usage) };
    interrupt::take_over();
    let result = tokio::select! {
        biased;
        interrupted = interrupt::requested() => {
            interrupted?;
            terminal::error("interrupted; nobody is signed in");
            return Ok(Exit::Interrupted);
        }
        result = sign_in(&configured.sign_in, args) => result,
    };
    match result {
        Ok(None) => {
            terminal::error("nobody signed in within 10 minutes");
            Ok(Exit::NotAllowed)
        }
        Ok(Some(new)) => {
            signed_in::print_change(&signed_in::describe(target, &new))?;
            signed_in::warn_of_worker(target);
            Ok(Exit::Done)
        }
        Err(error) => Ok(signed_in::report(&error)),
    }
}

/// Returns `None` if nobody signed in in time.
async fn sign_in(sign_in: &UserSignIn, args: &LoginArgs) -> Result<Option<SignedIn>, SignInError> {
    // Before a person takes the trouble: the keychain may not be there.
    sign_in.current().await?;
    if args.device {
        let device = sign_in.authorize_device().await?;
        show_device(&device);
        return device.wait().await.map(Some);
    }
    let browser = sign_in.authorize_in_browser(args.port).await?;
    open(&browser, args.no_browser);
    tokio::time::timeout(PATIENCE, browser.wait()).await.ok().transpose()
}

fn show_device(device: &DeviceAuthorization) {
    let minutes = device.expires_in().as_secs() / 60;
    terminal::note(format!(
        "Open this page on any device, within {minutes} minutes:\n  {}\nand enter the code:\n  {}",
        plain(device.verification_uri()),
        plain(device.user_code())
    ));
    let complete = device.verification_uri_complete().filter(|_| io::stderr().is_terminal());
    if let Some(code) = complete.and_then(|uri| QrCode::new(uri).ok()) {
        // For a dark background, which most terminals have. Cameras read either.
        let image = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
        terminal::note(format!("or scan:\n{image}"));
    }
}

fn open(browser: &BrowserAuthorization, is_only_printed: bool) {
    let url = browser.url();
    if is_only_printed {
        terminal::note(format!("Sign in on this page, in a browser on this computer:\n  {url}"));
    } else if webbrowser::open(url).is_ok() {
        terminal::note(format!("Sign in in the browser. If it didn't open, open this page on this computer:\n  {url}"));
    } else {
        terminal::note(format!(
            "No browser can be opened here. Open this page in a browser on this computer:\n  {url}\n\
             or press Ctrl-C and sign in on another device: pingone-password login --device"
        ));
    }
}
