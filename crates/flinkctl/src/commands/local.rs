//! `flinkctl local`: Flink on this machine. Each cluster is a context, which holds the data that `down` needs to stop it.

mod tail;

use std::{
    fs,
    io::{BufWriter, Write},
    time::Instant,
};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_local::{Flink, Kept, Place, Progress};
use serde_json::json;

use crate::{
    app::Global,
    command::{LocalCommand, LocalGroup},
    context::{Contexts, Local, Settings, environment},
    error::{Exit, Failure, Result},
    output::{Output, human, say},
    partial::Missing,
    shell::quoted,
    view::{Part, View, id, state, text},
};

/// The default name of a cluster.
const DEFAULT_NAME: &str = "local";

pub(crate) const GROUP: LocalGroup = LocalGroup {
    name: "local",
    about: "A Flink on this machine",
    commands: &[
        LocalCommand {
            name: "up",
            describe: describe_up,
            run: |on| Box::pin(async { up(on.global, on.output, on.matches) }),
        },
        LocalCommand {
            name: "down",
            describe: |command| {
                Down::augment_args(command).about("Stops a Flink that `up` started, and removes its files")
            },
            run: |on| Box::pin(async { down(on.matches) }),
        },
        LocalCommand {
            name: "list",
            describe: |command| command.about("Lists the clusters that `up` started"),
            run: |on| Box::pin(async { list(on.output) }),
        },
        LocalCommand {
            name: "logs",
            describe: describe_logs,
            run: |on| Box::pin(async { logs(on.output, on.matches) }),
        },
    ],
};

#[derive(Debug, clap::Args)]
struct Name {
    /// Name of the cluster and its context [default: the current context, or the only cluster]
    #[arg(add = crate::complete::contexts())]
    name: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Down {
    #[command(flatten)]
    #[allow(dead_code, reason = "it is read by its name")]
    name: Name,
    /// Only remove the context: stop no process, remove no file
    #[arg(long)]
    forget: bool,
}

#[derive(Debug, clap::Args)]
struct Up {
    /// Name of the cluster and its context
    #[arg(default_value = DEFAULT_NAME)]
    name: String,
    /// Flink release, 1.13 to 2.3, as 2.3.0 or 2.3 [default: FLINK_HOME, else the newest]
    #[arg(long, value_name = "VERSION")]
    flink: Option<String>,
    /// Number of TaskManagers
    #[arg(long, value_name = "N", default_value = "1", value_parser = some)]
    taskmanagers: usize,
    /// Slots of each TaskManager
    #[arg(long, value_name = "N", default_value = "4", value_parser = some)]
    slots: usize,
    /// Option of Flink's configuration; repeatable
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::run::pair)]
    conf: Vec<(String, String)>,
}

/// Parses a number of at least 1.
fn some(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "expected a number of at least 1".to_owned())
}

fn describe_up(command: Command) -> Command {
    Up::augment_args(command).about("Starts a Flink on this machine, and makes it the current context").after_help(
        "It runs until `flinkctl local down`. A missing release is downloaded (200 to 330 MB) with Python's pip and its \
         settings. The cluster is reachable only from this machine.\n\n\
         Examples:\n  flinkctl local up\n  flinkctl local up old --flink 1.20.5 --taskmanagers 2 --slots 8\n  \
         flinkctl local up --conf jobmanager.scheduler=adaptive",
    )
}

fn up(global: &Global, output: &Output, matches: &ArgMatches) -> Result<()> {
    let Up { name, flink, taskmanagers, slots, conf } = Up::from_arg_matches(matches)?;
    super::context::check_name(&name)?;
    check_free(&Contexts::read()?, &name)?;
    let begin = Instant::now();
    let mut wanted = match &flink {
        Some(version) => Flink::version(version)?,
        None => Flink::default(),
    };
    wanted = wanted.taskmanagers(taskmanagers).slots(slots).progress(Progress::Stderr);
    // If it is not ready in time, its logs have the cause.
    global.limit.allow_explanation();
    if let Some(timeout) = global.limit.left() {
        wanted = wanted.start_timeout(timeout);
    }
    for (key, value) in conf {
        wanted = wanted.config(key, value);
    }
    say!("Starting Flink …");
    let cluster = wanted.start()?;
    let (flink, url) = (cluster.version().to_owned(), cluster.url().to_owned());
    Contexts::change(|contexts| {
        // Another process may have taken the name meanwhile; then this cluster is dropped, which ends it.
        check_free(contexts, &name)?;
        forget_ended(contexts);
        let local = Local {
            flink: flink.clone(),
            folder: cluster.folder().to_owned(),
            processes: cluster.process_ids(),
            place: Place::here().map(|place| place.to_string()),
            previous: contexts.current.replace(name.clone()),
        };
        let settings = Settings { url: vec![url.clone()], local: Some(local), ..Settings::default() };
        contexts.all.insert(name.clone(), settings);
        Ok(())
    })?;
    cluster.keep()?;
    let took = human::duration(u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX));
    say!(
        "Flink {flink} is up after {took}, TaskManagers: {taskmanagers}, slots of each: {slots}. It is the current context, \
         `{name}`; `{}` stops it.",
        command_for("down", &name)
    );
    for variable in
        ["FLINKCTL_URL", "FLINKCTL_CONTEXT"].iter().filter(|name| !matches!(environment(name), Ok(None)))
    {
        say!("But {variable} is set, which overrides the current context.");
    }
    output.line("the cluster is up", url)
}

/// Checks that the name is free for a new cluster.
fn check_free(contexts: &Contexts, name: &str) -> Result<()> {
    let Some(settings) = contexts.all.get(name) else { return Ok(()) };
    let Some(local) = &settings.local else {
        return Err(Failure::usage(format!("context `{name}` is a cluster elsewhere"))
            .hint("`flinkctl local up NAME` takes another name"));
    };
    let kept = kept(settings, local);
    if kept.is_out_of_sight() {
        return Err(out_of_sight(name, local));
    }
    match kept.running().is_empty() {
        true => Ok(()),
        false => Err(Failure::usage(match state_of(&kept, local) {
            DAMAGED => format!(
                "`{name}` is damaged: {} of its {} processes run",
                kept.running().len(),
                local.processes.len()
            ),
            _ => format!("`{name}` is up already: Flink {} at {}", local.flink, settings.url.join(", ")),
        })
        .hint(format!("`{}` stops it; `flinkctl local up NAME` starts another", command_for("down", name)))),
    }
}

/// Removes the contexts of clusters without running processes, as after a restart of the machine.
fn forget_ended(contexts: &mut Contexts) {
    let of_local = |(name, settings): (&String, &Settings)| {
        let kept = kept(settings, settings.local.as_ref()?);
        (kept.running().is_empty() && !kept.is_out_of_sight()).then(|| (name.clone(), kept))
    };
    let ended: Vec<_> = contexts.all.iter().filter_map(of_local).collect();
    for (name, kept) in ended {
        // Files that cannot be removed do not block a new cluster.
        let left =
            kept.stop().err().map_or_else(String::new, |error| format!("; {}", error_with_cause(&error)));
        forget(contexts, &name);
        say!("`{name}` had ended; its context is removed{left}.");
    }
}

/// Formats an error with its cause on one line.
fn error_with_cause(error: &flink_local::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// Removes a cluster from the contexts, and makes the previous context current again.
fn forget(contexts: &mut Contexts, name: &str) {
    let previous = contexts.all.remove(name).and_then(|settings| settings.local?.previous);
    let previous = previous.filter(|previous| contexts.all.contains_key(previous));
    if contexts.current.as_deref() == Some(name) {
        contexts.current.clone_from(&previous);
    }
    // Clusters that were started while this one was current return to the same context.
    for local in contexts.all.values_mut().filter_map(|settings| settings.local.as_mut()) {
        if local.previous.as_deref() == Some(name) {
            local.previous.clone_from(&previous);
        }
    }
}

fn down(matches: &ArgMatches) -> Result<()> {
    let (name, settings, local) = meant(matches)?;
    let kept = kept(&settings, &local);
    let is_forgotten_only = matches.get_flag("forget");
    if kept.is_out_of_sight() && !is_forgotten_only {
        return Err(out_of_sight(&name, &local));
    }
    let stopped = if is_forgotten_only { Ok(()) } else { kept.stop() };
    if stopped.is_err() && !kept.running().is_empty() {
        return Ok(stopped?);
    }
    // Without running processes the context is removed, even if files remain.
    let current = Contexts::change(|contexts| {
        // Another process may have replaced it meanwhile.
        if contexts.all.get(&name) == Some(&settings) {
            forget(contexts, &name);
        }
        Ok(contexts.current.clone())
    })?;
    match stopped {
        Ok(()) if is_forgotten_only => {
            say!("Removed the context `{name}`; its folder remains: {}", local.folder.display());
        }
        Ok(()) => say!("Stopped `{name}`, Flink {}, and removed {}.", local.flink, local.folder.display()),
        Err(_) => say!("Stopped `{name}`, Flink {}; its folder remains.", local.flink),
    }
    if let Some(current) = current {
        say!("The current context is `{current}`.");
    }
    Ok(stopped?)
}

/// Resolves the cluster that the arguments name.
fn meant(matches: &ArgMatches) -> Result<(String, Settings, Local)> {
    let contexts = Contexts::read()?;
    let locals =
        || contexts.all.iter().filter(|(_, settings)| settings.local.is_some()).map(|(name, _)| name);
    let name = match (matches.get_one::<String>("name"), locals().collect::<Vec<_>>().as_slice()) {
        (Some(name), _) => name.clone(),
        (None, []) => {
            return Err(Failure::new(Exit::NotFound, "no Flink was started by `flinkctl local up`")
                .hint("`flinkctl local up` starts one"));
        }
        (None, [only]) => (*only).clone(),
        // Several: another than the current one may have jobs that somebody needs.
        (None, several) if several.iter().any(|name| Some(*name) == contexts.current.as_ref()) => {
            contexts.current.clone().unwrap_or_default()
        }
        (None, several) => {
            let names: Vec<_> = several.iter().map(|name| name.as_str()).collect();
            return Err(Failure::new(Exit::NotFound, "there are several clusters")
                .hint(format!("name one: {}", names.join(", "))));
        }
    };
    let settings = contexts.all.get(&name).cloned().unwrap_or_default();
    match settings.local.clone() {
        Some(local) => Ok((name, settings, local)),
        None => {
            let message = format!("`{name}` is no Flink that `flinkctl local up` started");
            Err(Failure::new(Exit::NotFound, message).hint("`flinkctl local list` lists those"))
        }
    }
}

const LIST: View = &[Part::Rows(
    "",
    &[
        id("NAME", "/name"),
        text("FLINK", "/flink"),
        state("STATE", "/state"),
        text("URL", "/url"),
        text("PROCESSES", "/processes"),
        text("FOLDER", "/folder").wide(),
    ],
)];

fn state_of(kept: &Kept, local: &Local) -> &'static str {
    match kept.running().len() {
        0 if kept.is_out_of_sight() => "UNKNOWN",
        0 => "ENDED",
        some if some < local.processes.len() => DAMAGED,
        _ => "RUNNING",
    }
}

const DAMAGED: &str = "DAMAGED";

fn list(output: &Output) -> Result<()> {
    let contexts = Contexts::read()?;
    let row = |(name, settings): (&String, &Settings)| {
        let local = settings.local.as_ref()?;
        let kept = kept(settings, local);
        let (running, state) = (kept.running(), state_of(&kept, local));
        Some(json!({
            "name": name, "flink": local.flink, "state": state, "url": settings.url.join(", "),
            "processes": format!("{} of {}", running.len(), local.processes.len()), "ids": running, "folder": local.folder,
        }))
    };
    let rows: Vec<_> = contexts.all.iter().filter_map(row).collect();
    output.value(&rows.into(), LIST)
}

fn describe_logs(command: Command) -> Command {
    #[derive(clap::Args)]
    struct Logs {
        #[command(flatten)]
        #[allow(dead_code, reason = "it is read by its name")]
        name: Name,
        /// Only the last N lines of each
        #[arg(short = 'n', long, value_name = "N")]
        #[allow(dead_code, reason = "it is read by its name")]
        tail: Option<usize>,
    }
    Logs::augment_args(command)
        .about("Shows the logs and outputs of a Flink that `up` started, even if it no longer answers")
        .after_help("`flinkctl logs -f` follows the logs of a running cluster.")
}

fn logs(output: &Output, matches: &ArgMatches) -> Result<()> {
    let (name, settings, local) = meant(matches)?;
    let tail = matches.get_one::<usize>("tail").copied();
    let kept = kept(&settings, &local);
    if kept.is_out_of_sight() && !local.folder.exists() {
        return Err(out_of_sight(&name, &local));
    }
    let (mut out, mut missing) = (BufWriter::new(output.stdout()?), Missing::default());
    for path in kept.logs() {
        let name = path.display();
        writeln!(out, "==> {name} <==")?;
        let Some(mut file) = missing.keep(name, fs::File::open(&path)) else { continue };
        tail::copy(&mut file, tail, &mut out)?;
    }
    out.flush()?;
    missing.end("files")
}

fn kept(settings: &Settings, local: &Local) -> Kept {
    let place = local.place.as_ref().and_then(|place| place.parse().ok());
    Kept::new(settings.url.join(", "), &local.folder, local.processes.clone(), place)
}

/// Returns the failure of a command on a cluster whose processes are not visible here.
fn out_of_sight(name: &str, local: &Local) -> Failure {
    let place = local.place.as_ref().map_or_else(String::new, |place| format!(" ({place})"));
    Failure::new(
        Exit::Failed,
        format!(
            "cannot find out from here if `{name}`{place} is running: it was started on another machine or in another container, or /proc does not show its processes"
        ),
    )
    .hint(format!(
        "run `flinkctl local down {0}` where it was started; `flinkctl local down {0} --forget` removes only its context here",
        quoted(name)
    ))
}

fn command_for(verb: &str, name: &str) -> String {
    let name = format!(" {}", quoted(name));
    format!("flinkctl local {verb}{name}")
}

impl From<flink_local::Error> for Failure {
    fn from(error: flink_local::Error) -> Self {
        let exit = match error {
            flink_local::Error::UnsupportedVersion { .. } | flink_local::Error::UnwritableOption { .. } => {
                Exit::Usage
            }
            _ => Exit::Failed,
        };
        let text = error.to_string();
        // The part after the semicolon is the hint.
        let (message, hint) =
            text.split_once("; ").map_or((text.as_str(), None), |(message, hint)| (message, Some(hint)));
        let failure = Self { hint: hint.map(str::to_owned), ..Self::new(exit, message) };
        match &error {
            flink_local::Error::NotReady { logs, .. } => Self { trace: Some(logs.to_string()), ..failure },
            error => {
                let source = std::error::Error::source(error).map(ToString::to_string);
                Self { causes: source.into_iter().collect(), ..failure }
            }
        }
    }
}
