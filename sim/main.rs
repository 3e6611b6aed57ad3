//! Starts the command line of flowsim.

fn main() -> std::process::ExitCode {
    flowsim::cli::main()
}
