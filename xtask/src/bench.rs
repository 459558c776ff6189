//! Compares the client with its alternatives on one machine, in one run.

mod check;
mod contestants;
mod meter;
mod relay;
mod rows;
mod table;

use std::fs;

use anyhow::{Result, bail};

use self::{contestants::Bench, rows::ROWS};

#[derive(clap::Args)]
pub struct Arguments {
    /// Only these rows [default: all]
    #[arg(value_name = "ROW")]
    rows: Vec<String>,
    /// Few rounds and small files: for a first look
    #[arg(long)]
    quick: bool,
    /// Measure what is already built, and skip the clean build
    #[arg(long)]
    built: bool,
    /// Write the table into docs/benchmarks.md
    #[arg(long, conflicts_with = "quick")]
    write: bool,
    /// Count instructions and fail if anything is slower than in bench/baseline.json; with --write, update that file
    #[arg(long, conflicts_with_all = ["rows", "quick"])]
    check: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    if arguments.check {
        return check::run(arguments.write, arguments.built);
    }
    let is_row = |name: &String| ROWS.iter().any(|row| row.name == name);
    if let Some(unknown) = arguments.rows.iter().find(|name| !is_row(name)) {
        let names: Vec<_> = ROWS.iter().map(|row| row.name).collect();
        bail!("there is no row {unknown}; there are {}", names.join(", "));
    }
    let asked = |name: &str| arguments.rows.is_empty() || arguments.rows.iter().any(|asked| asked == name);
    let bench = Bench::prepare(arguments.quick, arguments.built)?;
    let mut lines = Vec::new();
    for row in ROWS.iter().filter(|row| asked(row.name)) {
        eprintln!("\u{25b6} {}: {}", row.name, row.about);
        let measured = (row.measure)(&bench)?;
        eprint!("{}", table::text(&measured));
        lines.extend(measured);
    }
    print!("{}", table::text(&lines));
    if arguments.write {
        let page = flink_workspace::root().join("docs/benchmarks.md");
        let text = fs::read_to_string(&page)?;
        let rows: Vec<_> = ROWS.iter().map(|row| row.name).collect();
        fs::write(&page, table::put_into(&text, &lines, &rows)?)?;
    }
    Ok(())
}
