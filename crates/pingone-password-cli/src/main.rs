//! The binary.

fn main() -> std::process::ExitCode {
    pingone_password_cli::main()
}
