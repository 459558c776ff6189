//! Generates a page of the book and man pages from flinkctl's command line.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::{Arg, Command};

#[derive(clap::Args)]
pub struct Arguments {
    /// Fail if the page is out of date; write nothing
    #[arg(long)]
    check: bool,
    /// Write the man pages, one per command, into this folder instead
    #[arg(long, value_name = "FOLDER", conflicts_with = "check")]
    man: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.man {
        Some(folder) => man(folder),
        None if arguments.check => check(),
        None => write(),
    }
}

pub fn write() -> Result<()> {
    Ok(fs::write(path(), page())?)
}

pub fn check() -> Result<()> {
    if fs::read_to_string(path()).context("docs/flinkctl.md")? != page() {
        bail!("docs/flinkctl.md is out of date; write it with: cargo xtask reference");
    }
    // Man pages are not stored. Generating them proves that they can be generated.
    man(&flink_workspace::root().join("target/man"))
}

fn path() -> PathBuf {
    flink_workspace::root().join("docs/flinkctl.md")
}

fn man(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    Ok(clap_mangen::generate_to(whole(), folder)?)
}

/// The command line with all its subcommands expanded.
fn whole() -> Command {
    let mut command =
        flinkctl::command().disable_help_subcommand(true).disable_help_flag(true).disable_version_flag(true);
    command.build();
    command
}

fn page() -> String {
    let command = whole();
    let mut text = String::from(
        "# flinkctl, command by command\n\n<!-- Written by `cargo xtask reference`. -->\n\n\
         The same as `flinkctl COMMAND --help` says. A job is named by its id, its name, or the beginning of either; so are\n\
         TaskManagers, vertices, jars and applications.\n\n## With every command\n\n",
    );
    command.get_arguments().filter(|arg| arg.is_global_set()).for_each(|arg| argument(&mut text, arg));
    if let Some(after) = command.get_after_help() {
        let _ = writeln!(text, "\n```text\n{}\n```", after.to_string().trim_end());
    }
    for noun in shown(&command) {
        let name = format!("flinkctl {}", noun.get_name());
        if shown(noun).next().is_none() {
            section(&mut text, "##", &name, noun);
            continue;
        }
        let _ = writeln!(text, "\n## {name}\n\n{}", about(noun));
        for verb in shown(noun) {
            section(&mut text, "###", &format!("{name} {}", verb.get_name()), verb);
        }
    }
    text
}

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| !command.is_hide_set())
}

fn about(command: &Command) -> String {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    // Escapes placeholders that Markdown would take for HTML tags.
    let about = about.replace('<', "&lt;");
    if about.is_empty() { about } else { format!("{}.", about.trim_end_matches('.')) }
}

fn section(text: &mut String, level: &str, name: &str, command: &Command) {
    let _ = writeln!(text, "\n{level} {name}\n\n{}\n", about(command));
    let own = || command.get_arguments().filter(|arg| !arg.is_global_set() && !arg.is_hide_set());
    let words = own().filter(|arg| arg.is_positional()).map(|arg| {
        let several = if arg.get_num_args().is_some_and(|count| count.max_values() > 1) { "..." } else { "" };
        let dashes = if arg.is_last_set() { "-- " } else { "" };
        match arg.is_required_set() {
            true => format!(" {}{several}", value(arg)),
            false => format!(" [{dashes}{}{several}]", value(arg)),
        }
    });
    let words = words.collect::<String>();
    let options = if own().any(|arg| !arg.is_positional()) { " [OPTIONS]" } else { "" };
    let _ = writeln!(text, "```sh\n{name}{options}{words}\n```\n");
    own().for_each(|arg| argument(text, arg));
    if let Some(after) = command.get_after_help() {
        let _ = writeln!(text, "\n```text\n{}\n```", after.to_string().trim_end());
    }
}

fn argument(text: &mut String, arg: &Arg) {
    let mut name = match (arg.get_short(), arg.get_long()) {
        (Some(short), Some(long)) => format!("-{short}, --{long}"),
        (None, Some(long)) => format!("--{long}"),
        _ => value(arg),
    };
    if !arg.is_positional() && arg.get_action().takes_values() {
        let _ = write!(name, " {}", value(arg));
    }
    let mut help = arg.get_help().map(ToString::to_string).unwrap_or_default().replace('<', "&lt;");
    let words = arg.get_possible_values();
    if arg.get_action().takes_values() && !words.is_empty() && !arg.is_hide_possible_values_set() {
        let words: Vec<_> = words.iter().map(|word| format!("`{}`", word.get_name())).collect();
        let _ = write!(help, "; one of {}", words.join(", "));
    }
    if let ([default], true) = (arg.get_default_values(), arg.get_action().takes_values()) {
        let _ = write!(help, "; `{}` unless set", default.to_string_lossy());
    }
    let _ = writeln!(text, "- `{name}`: {help}");
}

fn value(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default().iter().map(ToString::to_string);
    let names = names.collect::<Vec<_>>().join(" ");
    if names.is_empty() { arg.get_id().to_string().to_uppercase() } else { names }
}
