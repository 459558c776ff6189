//! `flinkctl`: the command line for Apache Flink clusters.

fn main() -> std::process::ExitCode {
    flinkctl::main()
}
