//! The command `hsr`.

fn main() -> std::process::ExitCode {
    hsr::cli::main()
}
