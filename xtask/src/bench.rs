//! What the client takes, beside what one would take instead of it: on one machine, in one run.

mod check;
mod contestants;
mod relay;
mod rows;
mod scale;
mod table;

use std::fs;

use anyhow::{Result, bail};

use self::{contestants::Bench, rows::ROWS};

#[derive(clap::Args)]
pub struct Arguments {
    /// These rows only; all if none is named
    #[arg(value_name = "ROW")]
    rows: Vec<String>,
    /// Few rounds and small files: to look at, not to go by
    #[arg(long)]
    quick: bool,
    /// Measures what was built before, and no build from nothing
    #[arg(long)]
    built: bool,
    /// Writes the table into docs/benchmarks.md
    #[arg(long, conflicts_with = "quick")]
    write: bool,
    /// Whether anything became slower than bench/baseline.json says, counted in instructions; with --write, it says so
    /// from now on
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
