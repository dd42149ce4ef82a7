//! The one executable.

use clap::Parser;
use fulcrum::cli::Cli;
use std::process::ExitCode;

/// Gives memory back after passwords were hashed, which the system's allocator does not, and is faster.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A process that the ATS starts for one file: no settings, no threads, nothing to find.
    if let [_, verb, kind] = std::env::args().collect::<Vec<_>>().as_slice()
        && verb == reader::VERB
    {
        return if reader::work(kind) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    serve_people()
}

#[tokio::main]
async fn serve_people() -> ExitCode {
    match fulcrum::cli::run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has seen enough.
        Err(e) if e.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("fulcrum: {e:#}");
            ExitCode::FAILURE
        }
    }
}
