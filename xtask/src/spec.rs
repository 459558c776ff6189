//! Extracts Flink's own description of its REST API: one file per release, which the client is compared with.

use std::{fmt::Write, fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use flink_local::{Distribution, Progress};
use serde_json::Value;

use crate::setup;

/// Maximum line length, where possible.
const WIDTH: usize = 120;

#[derive(clap::Args)]
pub struct Arguments {
    /// The releases to read; `all` for all supported ones
    #[arg(long, value_name = "VERSION", value_delimiter = ',', required = true)]
    flink: Vec<String>,
    /// Fail if a file differs from the release; write nothing
    #[arg(long)]
    check: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    setup::jdk()?;
    for version in setup::releases(&arguments.flink) {
        if arguments.check {
            check(&version)?;
        } else {
            let flink = Distribution::obtain(&version, Progress::Stderr)?;
            let file = file(flink.version());
            fs::write(&file, read(&flink)?).with_context(|| file.display().to_string())?;
        }
    }
    Ok(())
}

pub fn check(version: &str) -> Result<()> {
    let flink = Distribution::obtain(version, Progress::Stderr)?;
    let file = file(flink.version());
    if fs::read_to_string(&file).ok() != Some(read(&flink)?) {
        bail!("{} differs from Flink; write it with: cargo xtask spec --flink {version}", file.display());
    }
    Ok(())
}

fn file(version: &str) -> PathBuf {
    flink_workspace::root().join(format!("crates/flink-rest-client/spec/{version}.json"))
}

/// Runs Flink's own classes.
fn read(flink: &Distribution) -> Result<String> {
    let root = flink_workspace::root();
    let sources = ["Spec", "Sample"].map(|name| root.join(format!("xtask/java/{name}.java")));
    let jar = root.join(format!("target/spec/{}.jar", flink.version()));
    let printed = flink.run(flink.compile(&sources, "Spec", jar)?, "Spec", [""; 0])?;
    let mut text = String::new();
    print(&serde_json::from_str(&printed)?, 0, &mut text);
    text.push('\n');
    Ok(text)
}

/// Formats JSON with short values on one line, so that files are readable and comparable.
fn print(value: &Value, depth: usize, text: &mut String) {
    let whole = value.to_string();
    let (brackets, members): (_, Vec<_>) = match value {
        Value::Object(members) if whole.len() + 2 * depth > WIDTH || depth == 0 => {
            ("{}", members.iter().map(|(key, value)| (format!("{}: ", Value::from(&**key)), value)).collect())
        }
        Value::Array(items) if whole.len() + 2 * depth > WIDTH => {
            ("[]", items.iter().map(|value| (String::new(), value)).collect())
        }
        _ => return text.push_str(&whole),
    };
    let indent = "  ".repeat(depth);
    text.push_str(&brackets[..1]);
    for (index, (key, value)) in members.into_iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(text, "{comma}\n{indent}  {key}");
        print(value, depth + 1, text);
    }
    let _ = write!(text, "\n{indent}{}", &brackets[1..]);
}
