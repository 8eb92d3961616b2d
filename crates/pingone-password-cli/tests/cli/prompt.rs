//! Prompts for secrets, and Ctrl-C at them.

use crate::World;
use crate::terminal::Terminal;

#[test]
fn an_interrupt_at_the_prompt_restores_the_terminal() {
    let world = World::new();
    for command in ["state", "unlock", "doctor"] {
        let mut terminal = Terminal::run(&world, &[command, "--access-token-prompt", &world.locked_out()]);
        terminal.type_hidden("Access token: ", "\x03");
        terminal.wait_for("interrupted; nothing was sent");
        assert_eq!(terminal.end(), Some(130), "{command}");
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
    terminal.type_hidden("Access token: ", "x\n");
    terminal.wait_for("[y/N] ");
    terminal.type_keys("\x03");
    terminal.wait_for("interrupted; nothing was sent");
    assert_eq!(terminal.end(), Some(130));
    assert_eq!(world.emulator.requests().len(), 0);
}
