//! The command `hsr`.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
