//! What is wrong with a command line, said as all other failures are.

use clap::{
    Command,
    error::{ContextKind, ContextValue},
};

use crate::{cli, error::Failure};

/// The same with what may have been meant, and where to read on.
pub(crate) fn failure(error: &clap::Error) -> Failure {
    // Words are marked as in all other messages.
    let text = error.render().to_string().replace('\'', "`");
    let (mut message, mut hints) = (Vec::new(), Vec::new());
    for line in text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:")) {
        match (line.strip_prefix("error: "), line.strip_prefix("tip: ")) {
            (Some(error), _) => message.push(error.to_owned()),
            (_, Some(tip)) => hints.push(tip.to_owned()),
            _ if line.is_empty() || line.starts_with("For more information") => {}
            _ => message.push(line.to_owned()),
        }
    }
    let mut root = cli::command();
    root.build();
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    let command = said(&root, words);
    if let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) {
        let names = command.get_subcommands().map(Command::get_name);
        if let Some(name) = nearest(word, names) {
            hints = vec![format!("did you mean `{name}`?")];
        }
    }
    hints.push(format!("`{} --help` tells more", command.get_bin_name().unwrap_or("flinkctl")));
    Failure::usage(message.join(" ")).hint(hints.join("; ").replace("?;", "?"))
}

/// The command that the words name, as far as they do.
fn said(root: &Command, words: impl Iterator<Item = String>) -> &Command {
    words.fold(root, |command, word| command.find_subcommand(word).unwrap_or(command))
}

/// What may have been meant by a word that is none of these.
pub(crate) fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |name: &&str| strsim::damerau_levenshtein(word, name);
    names.min_by_key(distance).filter(|name| distance(name) <= 1 + word.len() / 4)
}
