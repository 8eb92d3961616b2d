//! Secrets that are asked for on a terminal, and Ctrl-C there.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use crate::World;

/// A program on a terminal of its own.
struct Terminal {
    /// Our end of it.
    file: File,
    child: Child,
    seen: String,
}

impl Terminal {
    fn run(world: &World, args: &[&str]) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
        let end = File::options().read(true).write(true).open(name).unwrap();
        let program = world.command(args);
        let mut command = Command::new("/usr/bin/setsid");
        command.args(["--ctty", "--wait"]).arg(program.get_program()).args(program.get_args()).env_clear();
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let stdio = || Stdio::from(end.try_clone().unwrap());
        let child = command.stdin(stdio()).stdout(stdio()).stderr(stdio()).spawn().unwrap();
        Self { file: terminal.into(), child, seen: String::new() }
    }

    /// Fails where the program ends before.
    fn wait_for(&mut self, text: &str) {
        let mut buffer = [0; 4096];
        while !self.seen.contains(text) {
            let length = self.file.read(&mut buffer).unwrap();
            self.seen += std::str::from_utf8(&buffer[..length]).unwrap();
        }
    }

    fn has_echo(&self) -> bool {
        tcgetattr(&self.file).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    /// Types at a prompt for a secret, once what is typed is hidden.
    fn type_hidden(&mut self, prompt: &str, text: &[u8]) {
        self.wait_for(prompt);
        while self.has_echo() {
            std::thread::yield_now();
        }
        self.file.write_all(text).unwrap();
    }
}

#[test]
fn an_interrupt_at_the_prompt_leaves_the_terminal_as_it_was() {
    let world = World::new();
    for command in ["state", "unlock", "doctor"] {
        let mut terminal = Terminal::run(&world, &[command, "--access-token-prompt", &world.locked_out()]);
        assert!(terminal.has_echo());
        terminal.type_hidden("Access token: ", b"\x03");
        terminal.wait_for("interrupted, and nothing was sent");
        assert_eq!(terminal.child.wait().unwrap().code(), Some(130), "{command}");
        assert!(terminal.has_echo(), "{command}");
    }
    assert_eq!(world.emulator.requests().len(), 0);
}

#[test]
fn an_interrupt_after_the_prompt_still_ends_the_program() {
    let world = World::new();
    let ids: Vec<_> = (0..11).map(|number| format!("a0000000-0000-8000-8000-{number:012}\n")).collect();
    let file = world.file("users.txt", &ids.concat());
    let args = ["unlock", "--access-token-prompt", "--from", &file];
    let mut terminal = Terminal::run(&world, &args);
    terminal.type_hidden("Access token: ", b"x\n");
    terminal.wait_for("[y/N] ");
    terminal.file.write_all(b"\x03").unwrap();
    terminal.wait_for("interrupted, and nothing was sent");
    assert_eq!(terminal.child.wait().unwrap().code(), Some(130));
    assert_eq!(world.emulator.requests().len(), 0);
}
