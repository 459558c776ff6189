//! What is wrong with a command line, said as all other failures are.

use clap::{
    Command,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::{error::Failure, nearest::nearest};

/// The same with what may have been meant, and where to read on.
pub(crate) fn failure(error: &clap::Error, mut root: Command) -> Failure {
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
    root.build();
    let command = said(&root, words_said());
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
    hints.push(format!("`{} --help` tells more", command.get_bin_name().unwrap_or("flinkctl")));
    Failure::usage(message.join(" ")).hint(hints.join("; ").replace("?;", "?"))
}

/// The words of the command line.
fn words_said() -> impl Iterator<Item = String> {
    std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned())
}

/// What may have been meant by an argument or a value that is none of the command's.
fn of_argument(error: &clap::Error, command: &Command) -> Option<Vec<String>> {
    let words = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => vec![word.as_str()],
        Some(ContextValue::Strings(words)) => words.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let (said, kind) = match error.kind() {
        ErrorKind::UnknownArgument => (ContextKind::InvalidArg, ContextKind::SuggestedArg),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            (ContextKind::InvalidValue, ContextKind::SuggestedValue)
        }
        _ => return None,
    };
    let said = words(said).first().copied()?;
    let of_program = command.get_arguments().any(clap::Arg::is_last_set);
    let to_program = |word: &str| vec![format!("arguments of the program stand behind `--`, as `-- {word}`")];
    if let Some(word) = of_program.then(|| long_with_one_dash(words_said(), said)).flatten() {
        return Some(to_program(&word));
    }
    if error.kind() == ErrorKind::ValueValidation {
        return None;
    }
    if let Some(name) = nearest_or_begun(said, words(kind)) {
        return Some(vec![format!("did you mean `{name}`?")]);
    }
    Some(match said {
        // bin/flink's.
        "-m" | "--jobmanager" => vec!["did you mean `--url`?".into()],
        _ if of_program && error.kind() == ErrorKind::UnknownArgument => to_program(said),
        _ => Vec::new(),
    })
}

/// The word of which a part was taken for an option's value or for another option: `-py`, of which `y` is no parallelism.
fn long_with_one_dash(words: impl Iterator<Item = String>, part: &str) -> Option<String> {
    let part = part.trim_start_matches('-');
    let is_it = |word: &String| {
        let letters = word.strip_prefix('-').filter(|letters| letters.chars().all(char::is_alphabetic));
        letters.is_some_and(|letters| letters.chars().count() > 1 && letters.contains(part))
    };
    words.take_while(|word| word != "--").find(is_it)
}

/// What is nearly the word, or begins with it and is not much longer.
fn nearest_or_begun<'a>(word: &str, names: Vec<&'a str>) -> Option<&'a str> {
    let begun = |name: &&str| name.starts_with(word) && name.len() <= 2 * word.len();
    nearest(word, names.iter().copied()).or_else(|| names.iter().copied().find(begun))
}

/// What other command lines call verbs, and what may be meant here.
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

/// The whole command that is called so elsewhere: in another noun, in bin/flink, in kubectl.
fn elsewhere(root: &Command, command: &Command, word: &str) -> Option<String> {
    let is_root = command.get_name() == root.get_name();
    let whole = |command: &Command, verb: &str| {
        format!("{} {verb}", command.get_bin_name().unwrap_or(root.get_name()))
    };
    let word = word.to_lowercase();
    let synonyms = WORDS.iter().find(|(said, _)| *said == word).map_or(&[][..], |(_, verbs)| verbs);
    let verbs = || std::iter::once(word.as_str()).chain(synonyms.iter().copied());
    let job = root.find_subcommand("job")?;
    if is_root {
        // Most is done to jobs; `flink list` lists them.
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

/// `flink savepoint JOB` takes one.
fn of_job(root: &Command, noun: &Command) -> Option<String> {
    let verb = root.find_subcommand("job")?.find_subcommand(noun.get_name())?;
    Some(format!("{} JOB", verb.get_bin_name()?))
}

/// The command that the words name, as far as they do.
fn said(root: &Command, words: impl Iterator<Item = String>) -> &Command {
    words.fold(root, |command, word| command.find_subcommand(word).unwrap_or(command))
}
