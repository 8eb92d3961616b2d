//! Runs the binary on a pseudo-terminal and reads the screen.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use crate::World;

const ROWS: NonZeroU16 = NonZeroU16::new(24).unwrap();
const PATIENCE: Timespec = Timespec { tv_sec: 60, tv_nsec: 0 };
const COLUMNS: NonZeroU16 = NonZeroU16::new(80).unwrap();

/// A process on a terminal of its own.
pub(crate) struct Terminal {
    /// Our end of the terminal.
    file: File,
    child: Child,
    /// All output so far.
    written: Vec<u8>,
    screen: vt100::Parser,
}

impl Terminal {
    pub(crate) fn run(world: &World, args: &[&str]) -> Self {
        Self::of(&world.command(args))
    }

    pub(crate) fn of(program: &Command) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        tcsetwinsize(&terminal, Winsize { ws_row: ROWS.get(), ws_col: COLUMNS.get(), ws_xpixel: 0, ws_ypixel: 0 })
            .unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
        let end = File::options().read(true).write(true).open(name).unwrap();
        let mut command = Command::new("/usr/bin/setsid");
        command.args(["--ctty", "--wait"]).arg(program.get_program()).args(program.get_args()).env_clear();
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("TERM", "xterm");
        let stdio = || Stdio::from(end.try_clone().unwrap());
        let child = command.stdin(stdio()).stdout(stdio()).stderr(stdio()).spawn().unwrap();
        Self { file: terminal.into(), child, written: Vec::new(), screen: vt100::Parser::new(ROWS, COLUMNS, 0) }
    }

    /// Reads until this is written. Fails if the process ends before.
    pub(crate) fn wait_for(&mut self, text: &str) {
        while !String::from_utf8_lossy(&self.written).contains(text) {
            assert!(self.read(), "no {text:?} in {:?}", String::from_utf8_lossy(&self.written));
        }
    }

    /// Reads until the screen shows this. Fails if the process ends before.
    pub(crate) fn wait_for_screen(&mut self, is_meant: impl Fn(&str) -> bool) -> String {
        while !is_meant(&self.screen()) {
            assert!(self.read(), "not on the screen:\n{}", self.screen());
        }
        self.screen()
    }

    /// Returns the content of the screen.
    pub(crate) fn screen(&self) -> String {
        self.screen.screen().contents()
    }

    /// Reads a piece of output and returns whether there was any. Small pieces, so that no state of the screen is missed.
    fn read(&mut self) -> bool {
        let mut buffer = [0; 64];
        let mut ready = [PollFd::new(&self.file, PollFlags::IN)];
        assert!(poll(&mut ready, Some(&PATIENCE)).unwrap() > 0, "nothing more for a minute:\n{}", self.screen());
        let length = self.file.read(&mut buffer).unwrap_or(0);
        self.written.extend_from_slice(&buffer[..length]);
        self.screen.process(&buffer[..length]);
        length > 0
    }

    pub(crate) fn has_echo(&self) -> bool {
        tcgetattr(&self.file).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    pub(crate) fn type_keys(&mut self, keys: &str) {
        self.file.write_all(keys.as_bytes()).unwrap();
    }

    /// Types at a prompt for a secret, once the echo is off.
    pub(crate) fn type_hidden(&mut self, prompt: &str, keys: &str) {
        self.wait_for(prompt);
        let begun = Instant::now();
        while self.has_echo() {
            assert!(begun.elapsed() < Duration::from_secs(60), "what is typed at {prompt:?} is not hidden");
            std::thread::yield_now();
        }
        self.type_keys(keys);
    }

    /// Reads to the end and returns the exit code.
    pub(crate) fn end(&mut self) -> Option<i32> {
        while self.read() {}
        self.child.wait().unwrap().code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended already, unless the test has failed.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
