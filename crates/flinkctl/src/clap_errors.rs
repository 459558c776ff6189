//! Errors of the command line, in the form of all other failures.

use clap::{
    Command,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::{error::Failure, nearest::nearest};

/// Converts an error of clap, with a suggestion and the command for help.
pub(crate) fn failure(error: &clap::Error, mut root: Command) -> Failure {
    // Words are quoted as in all other messages.
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
    root.build();
    let command = named(&root, typed_words());
    if let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) {
        let names = command.get_subcommands().map(Command::get_name);
        let near = || nearest(word, names).map(str::to_owned);
        if let Some(meant) = elsewhere(&root, command, word).or_else(near).or_else(|| of_job(&root, command))
        {
            hints = vec![format!("did you mean `{meant}`?")];
        }
    }
    if let Some(other) = of_argument(error, command) {
        hints = other;
    }
    hints.push(format!("`{} --help` shows its arguments", command.get_bin_name().unwrap_or("flinkctl")));
    Failure::usage(message.join(" ")).hint(hints.join("; ").replace("?;", "?"))
}

/// Returns the words of the command line.
fn typed_words() -> impl Iterator<Item = String> {
    std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned())
}

/// Suggests an argument or a value in place of an invalid one.
fn of_argument(error: &clap::Error, command: &Command) -> Option<Vec<String>> {
    let words = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => vec![word.as_str()],
        Some(ContextValue::Strings(words)) => words.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let (typed, kind) = match error.kind() {
        ErrorKind::UnknownArgument => (ContextKind::InvalidArg, ContextKind::SuggestedArg),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            (ContextKind::InvalidValue, ContextKind::SuggestedValue)
        }
        _ => return None,
    };
    let typed = words(typed).first().copied()?;
    let of_program = command.get_arguments().any(clap::Arg::is_last_set);
    let to_program = |word: &str| vec![format!("arguments of the program follow `--`, as `-- {word}`")];
    if let Some(word) = of_program.then(|| long_with_one_dash(typed_words(), typed)).flatten() {
        return Some(to_program(&word));
    }
    if error.kind() == ErrorKind::ValueValidation {
        return None;
    }
    if let Some(name) = nearest_or_begun(typed, words(kind)) {
        return Some(vec![format!("did you mean `{name}`?")]);
    }
    Some(match typed {
        // The option of bin/flink.
        "-m" | "--jobmanager" => vec!["did you mean `--url`?".into()],
        _ if of_program && error.kind() == ErrorKind::UnknownArgument => to_program(typed),
        _ => Vec::new(),
    })
}

/// Finds a long option with one dash, of which clap took a part for a value or another option: `-py`, read as `-p y`.
fn long_with_one_dash(words: impl Iterator<Item = String>, part: &str) -> Option<String> {
    let part = part.trim_start_matches('-');
    let is_it = |word: &String| {
        let letters = word.strip_prefix('-').filter(|letters| letters.chars().all(char::is_alphabetic));
        letters.is_some_and(|letters| letters.chars().count() > 1 && letters.contains(part))
    };
    words.take_while(|word| word != "--").find(is_it)
}

/// Returns a name that is similar to the word, or that begins with it and is not much longer.
fn nearest_or_begun<'a>(word: &str, names: Vec<&'a str>) -> Option<&'a str> {
    let begun = |name: &&str| name.starts_with(word) && name.len() <= 2 * word.len();
    nearest(word, names.iter().copied()).or_else(|| names.iter().copied().find(begun))
}

/// Verbs of other command lines, and their counterparts here.
const WORDS: &[(&str, &[&str])] = &[
    ("describe", &["get", "show"]),
    ("show", &["get"]),
    ("info", &["plan", "get"]),
    ("status", &["get", "list"]),
    ("start", &["up"]),
    ("stop", &["down"]),
    ("create", &["add"]),
    ("switch", &["use"]),
    ("ls", &["list"]),
    ("rm", &["delete", "remove", "cancel", "dispose"]),
    ("remove", &["delete", "cancel", "dispose"]),
    ("delete", &["cancel", "dispose"]),
    ("kill", &["cancel"]),
];

/// Suggests the command for a verb of another noun, of bin/flink or of kubectl.
fn elsewhere(root: &Command, command: &Command, word: &str) -> Option<String> {
    let is_root = command.get_name() == root.get_name();
    let whole = |command: &Command, verb: &str| {
        format!("{} {verb}", command.get_bin_name().unwrap_or(root.get_name()))
    };
    let word = word.to_lowercase();
    let synonyms = WORDS.iter().find(|(verb, _)| *verb == word).map_or(&[][..], |(_, verbs)| verbs);
    let verbs = || std::iter::once(word.as_str()).chain(synonyms.iter().copied());
    let job = root.find_subcommand("job")?;
    if is_root {
        // Jobs come first: most commands of bin/flink are on jobs.
        let nouns = || std::iter::once(job).chain(root.get_subcommands());
        return verbs().find_map(|verb| {
            nouns().find(|noun| noun.find_subcommand(verb).is_some()).map(|noun| whole(noun, verb))
        });
    }
    let here = synonyms.iter().find(|verb| command.find_subcommand(verb).is_some());
    let here = here.map(|verb| whole(command, verb));
    let above = || root.find_subcommand(&word).map(|_| whole(root, &word));
    here.or_else(above)
}

/// Suggests `flinkctl job NOUN JOB`: with bin/flink, `flink savepoint JOB` takes a savepoint.
fn of_job(root: &Command, noun: &Command) -> Option<String> {
    let verb = root.find_subcommand("job")?.find_subcommand(noun.get_name())?;
    Some(format!("{} JOB", verb.get_bin_name()?))
}

/// Returns the deepest command that the words name.
fn named(root: &Command, words: impl Iterator<Item = String>) -> &Command {
    words.fold(root, |command, word| command.find_subcommand(word).unwrap_or(command))
}
