//! Shell completion: commands, options, and resources of the cluster if it answers within a second.

mod line;
mod shells;

use std::{
    ffi::{OsStr, OsString},
    io,
    sync::OnceLock,
    time::Duration,
};

use clap::{ArgMatches, Command, FromArgMatches};
use clap_complete::{
    CompleteEnv,
    engine::{ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter},
    env::Shells,
};
use flink_rest_client::{FlinkRestClient, Retry, endpoint::IdKind};

use self::{line::Line, shells::Shell};
use crate::{
    app::Global,
    context::{Contexts, Settings, Time},
    error::Result,
    limit::Limit,
    resolve::{self, Candidate},
    shell::begin_completion,
};

/// Variable that the shell's script sets to the name of the shell.
const VARIABLE: &str = "FLINKCTL_COMPLETE";

const SHELLS: Shells<'static> =
    Shells(&[&Shell::Bash, &Shell::Elvish, &Shell::Fish, &Shell::Powershell, &Shell::Zsh]);

/// The words of the command line that is being completed.
static WORDS: OnceLock<Vec<OsString>> = OnceLock::new();

/// The definition of the command line.
static COMMAND: OnceLock<fn() -> Command> = OnceLock::new();

/// Answers a shell that asks for completion. Returns false if none does.
pub(crate) fn answer(command: fn() -> Command) -> bool {
    let Some(shell) = std::env::var_os(VARIABLE) else { return false };
    let mut words: Vec<_> = shell_words().collect();
    if shell == "bash" {
        words = Line::read(&typed()).words.into_iter().map(OsString::from).collect();
    }
    let arguments = ["flinkctl", "--"].map(OsString::from).into_iter().chain(words.iter().cloned());
    let arguments: Vec<_> = arguments.collect();
    if WORDS.set(words).is_err() || COMMAND.set(command).is_err() {
        return false;
    }
    begin_completion();
    let folder = std::env::current_dir().ok();
    let answered = CompleteEnv::with_factory(command).var(VARIABLE).shells(SHELLS);
    // Nobody reads errors during completion.
    answered.try_complete(arguments, folder.as_deref()).unwrap_or(true)
}

/// Returns the words that the shell passes on; bash passes the whole line as one.
fn shell_words() -> impl Iterator<Item = OsString> {
    std::env::args_os().skip_while(|word| word != "--").skip(1)
}

/// Returns the line up to the cursor, as bash passes it on.
fn typed() -> String {
    shell_words().next().and_then(|line| line.into_string().ok()).unwrap_or_default()
}

/// Returns the script that registers completion in a shell.
pub(crate) fn script(shell: &str) -> io::Result<Vec<u8>> {
    let mut script = Vec::new();
    if let Some(shell) = SHELLS.completer(shell) {
        shell.write_registration(VARIABLE, "flinkctl", "flinkctl", "flinkctl", &mut script)?;
    }
    Ok(script)
}

/// Timeout for the cluster's answer.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Offers the names of contexts.
pub(crate) fn contexts() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let all = Contexts::read().unwrap_or_default().all;
        let names = all.keys().filter(|name| starts_with(name, current) && is_word(name));
        names.map(CompletionCandidate::new).collect::<Vec<_>>()
    })
}

/// Offers the resources of this kind that the cluster has.
pub(crate) fn of(id: IdKind) -> ArgValueCompleter {
    of_any(vec![id])
}

/// Offers the jobs and the TaskManagers of the cluster.
pub(crate) fn jobs_and_taskmanagers() -> ArgValueCompleter {
    of_any(vec![IdKind::Job, IdKind::TaskManager])
}

fn of_any(ids: Vec<IdKind>) -> ArgValueCompleter {
    ArgValueCompleter::new(move |current: &OsStr| live(&ids, current))
}

/// Offers jars on the cluster, and files.
pub(crate) fn jars_and_files() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let mut both = live(&[IdKind::Jar], current);
        let files = PathCompleter::file().complete(current).into_iter();
        both.extend(files.filter(|file| file.get_value().to_str().is_some_and(is_word)));
        both
    })
}

/// Returns resources of the cluster; none if it does not answer in time.
fn live(ids: &[IdKind], current: &OsStr) -> Vec<CompletionCandidate> {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return Vec::new();
    };
    let found = runtime.block_on(async { tokio::time::timeout(TIMEOUT, candidates(ids)).await });
    // A DNS lookup may still block a thread.
    runtime.shutdown_background();
    found.ok().and_then(Result::ok).map(|found| offered(&found, current)).unwrap_or_default()
}

async fn candidates(ids: &[IdKind]) -> Result<Vec<Candidate>> {
    let words = WORDS.get().into_iter().flatten();
    let Some(command) = COMMAND.get() else { return Ok(Vec::new()) };
    let matches = command().ignore_errors(true).try_get_matches_from(words)?;
    let global = Global::from_arg_matches(&matches)?;
    if global.settings.runs_commands() {
        // An unfinished command line must not run commands. Those of a context may run.
        return Ok(Vec::new());
    }
    let (_, settings) = global.target()?;
    let client = Settings { timeout: Some(Time(TIMEOUT)), ..settings }
        .client(&Limit::default(), |builder| builder.retry(Retry::never()))
        .await?;
    let of = |id: &IdKind| of_kind(&client, &matches, *id);
    Ok(futures_util::future::try_join_all(ids.iter().map(of)).await?.concat())
}

async fn of_kind(client: &FlinkRestClient, matches: &ArgMatches, id: IdKind) -> Result<Vec<Candidate>> {
    match id {
        IdKind::Job => resolve::jobs(client).await,
        IdKind::Application => resolve::applications(client).await,
        IdKind::TaskManager => resolve::taskmanagers(client).await,
        IdKind::Jar => resolve::jars(client).await,
        IdKind::Vertex => vertices(client, matches).await,
        _ => Ok(Vec::new()),
    }
}

/// Returns the vertices of the job that was given before.
async fn vertices(client: &FlinkRestClient, matches: &ArgMatches) -> Result<Vec<Candidate>> {
    let last = std::iter::successors(Some(matches), |matches| Some(matches.subcommand()?.1)).last();
    let Some(job) = last.and_then(|matches| matches.try_get_one::<serde_json::Value>("job").ok().flatten())
    else {
        return Ok(Vec::new());
    };
    let job = resolve::pick("job", job.as_str().unwrap_or_default(), resolve::jobs(client).await?)?;
    resolve::vertices(client, job.parsed()?).await
}

/// Offers names where they are unique and need no quoting, else ids.
fn offered(candidates: &[Candidate], current: &OsStr) -> Vec<CompletionCandidate> {
    let is_plain =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    // Of several with one name, the name means the running one.
    let is_only = |candidate: &Candidate| {
        let mut others =
            candidates.iter().filter(|other| other.name == candidate.name && other.id != candidate.id);
        others.all(|other| other.ended.is_some() && candidate.ended.is_none())
    };
    let offer = |candidate: &Candidate| {
        let Candidate { id, name, note, .. } = candidate;
        let by_name = is_plain(name) && is_only(candidate);
        let (value, help) = match (by_name && starts_with(name, current), starts_with(id, current)) {
            (true, _) => (name, format!("{note} {id}")),
            // An id that was begun is completed.
            (_, true) if !by_name || !current.is_empty() => (id, format!("{note} {name}")),
            _ => return None,
        };
        is_word(value).then(|| CompletionCandidate::new(value).help(Some(crate::output::plain(&help).into())))
    };
    candidates.iter().filter_map(offer).collect()
}

/// Returns true if it can be an argument: a word that begins with a dash is read as an option, however it is quoted.
fn is_word(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('-') && crate::output::hide(name) == name
}

fn starts_with(word: &str, current: &OsStr) -> bool {
    current.to_str().is_some_and(|current| word.starts_with(current))
}
