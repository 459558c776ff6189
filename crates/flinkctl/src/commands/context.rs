//! `flinkctl context`: the named clusters.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use serde_json::{Value, json};

use crate::{
    app::Global,
    command::{LocalCommand, LocalGroup},
    context::{Contexts, LOCALHOST, Settings, Target, Time, path, shown},
    error::{Failure, Result},
    output::{Output, say},
    shell::quoted,
    view::{Part, View, id, millis, text},
};

pub(crate) const GROUP: LocalGroup = LocalGroup {
    name: "context",
    about: "Named clusters and their connection settings",
    commands: &[
        LocalCommand { name: "add", describe: describe_add, run: |on| Box::pin(add(on.global, on.matches)) },
        LocalCommand {
            name: "use",
            describe: |command| Name::augment_args(command).about("Makes a context current"),
            run: |on| Box::pin(async { use_(on.matches) }),
        },
        LocalCommand {
            name: "list",
            describe: |command| command.about("Lists all contexts"),
            run: |on| Box::pin(async { list(on.output) }),
        },
        LocalCommand {
            name: "show",
            describe: describe_show,
            run: |on| Box::pin(async { show(on.global, on.output, on.matches) }),
        },
        LocalCommand {
            name: "remove",
            describe: |command| {
                Name::augment_args(command).about("Removes a context; its cluster keeps running")
            },
            run: |on| Box::pin(async { remove(on.matches) }),
        },
    ],
};

#[derive(Debug, clap::Args)]
struct Name {
    /// Name of the context
    #[arg(add = crate::complete::contexts())]
    name: String,
}

#[derive(Debug, clap::Args)]
struct Add {
    /// Name of the context
    name: String,
    /// Replace a context of this name
    #[arg(long)]
    replace: bool,
}

fn describe_add(command: Command) -> Command {
    Add::augment_args(command).about("Adds a context: a name for a cluster and its connection settings").after_help(
        "A context keeps --url, --header-from, --bearer-from, --basic-from, --ca, --cert, --key, --proxy, --flink-version and \
         --timeout. The first context becomes current.\n\n\
         Examples:\n  flinkctl context add dev --url http://localhost:8081\n  \
         flinkctl context add prod --url https://a.example:8081 --url https://b.example:8081 --ca ca.pem\n  \
         flinkctl context add gateway --url https://gateway.example/flink --bearer-from 'cmd:gcloud auth print-access-token'\n\n\
         Contexts are stored in flinkctl/config.toml in your configuration folder; FLINKCTL_CONFIG sets another file.",
    )
}

async fn add(global: &Global, matches: &ArgMatches) -> Result<()> {
    let Add { name, replace } = Add::from_arg_matches(matches)?;
    check_name(&name)?;
    let settings = Settings { timeout: global.timeout.map(Time), ..global.settings.clone() };
    if settings.url.is_empty() {
        let failure = Failure::usage("a context needs an address");
        return Err(failure.hint(format!("`flinkctl context add {name} --url {LOCALHOST}`")));
    }
    if let Some(setting) = settings.literal_secrets().next() {
        return Err(Failure::usage(format!(
            "--{setting} contains a password, which would be stored in the file of contexts"
        ))
        .hint(match setting {
            "url" => "give their source instead: --basic-from env:VARIABLE, file:PATH or cmd:COMMAND",
            _ => {
                "give the source of the whole address instead: --proxy env:VARIABLE, file:PATH or cmd:COMMAND"
            }
        }));
    }
    settings.check().await?;
    let is_current = Contexts::change(|contexts| {
        if let Some(there) = contexts.all.get(&name) {
            if let Some(local) = &there.local {
                return Err(running(&name, &local.flink));
            }
            if !replace {
                return Err(
                    Failure::usage(format!("context `{name}` exists already")).hint("--replace replaces it")
                );
            }
        }
        if contexts.all.is_empty() {
            contexts.current = Some(name.clone());
        }
        contexts.all.insert(name.clone(), settings);
        Ok(contexts.current.as_deref() == Some(&name))
    })?;
    match is_current {
        true => say!("{name} is the current context."),
        false => say!("`flinkctl context use {name}` makes it the current one."),
    }
    Ok(())
}

/// Checks the name of a context.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    match !name.is_empty() && !name.starts_with('-') && name.chars().all(is_plain) {
        true => Ok(()),
        false => {
            Err(Failure::usage(format!("`{name}` is no valid name: use letters, digits, `-`, `_` and `.`")))
        }
    }
}

fn use_(matches: &ArgMatches) -> Result<()> {
    let Name { name } = Name::from_arg_matches(matches)?;
    Contexts::change(|contexts| {
        contexts.get(&name)?;
        contexts.current = Some(name.clone());
        Ok(())
    })?;
    say!("{name} is the current context.");
    Ok(())
}

fn remove(matches: &ArgMatches) -> Result<()> {
    let Name { name } = Name::from_arg_matches(matches)?;
    let was_current = Contexts::change(|contexts| {
        if let Some(local) = &contexts.get(&name)?.local {
            return Err(running(&name, &local.flink));
        }
        contexts.all.remove(&name);
        let was_current = contexts.current.as_deref() == Some(&name);
        if was_current {
            contexts.current = None;
        }
        Ok(was_current)
    })?;
    say!("{name} is removed{}", if was_current { "; no context is current now." } else { "." });
    Ok(())
}

fn running(name: &str, flink: &str) -> Failure {
    Failure::usage(format!("`{name}` is a Flink {flink} on this machine"))
        .hint(format!("`flinkctl local down {}` stops it", quoted(name)))
}

const LIST: View = &[Part::Rows(
    "",
    &[
        text("CURRENT", "/current"),
        id("NAME", "/name"),
        text("URL", "/url"),
        text("IDENTITY", "/identity"),
        text("PROXY", "/proxy").wide(),
        text("CA", "/ca").wide(),
    ],
)];

fn list(output: &Output) -> Result<()> {
    let contexts = Contexts::read()?;
    let row = |(name, settings): (&String, &Settings)| {
        let current = contexts.current.as_deref() == Some(name);
        described(name, current.then_some("*"), settings)
    };
    let rows: Vec<_> = contexts.all.iter().map(row).collect();
    if rows.is_empty() && output.is_for_people() {
        say!("`flinkctl context add NAME --url URL` adds one.");
    }
    output.value(&rows.into(), LIST)
}

const SHOW: View = &[Part::Fields(&[
    id("Context", "/name"),
    text("URL", "/url"),
    text("Headers from", "/headers-from"),
    text("Bearer token from", "/bearer-from"),
    text("User and password from", "/basic-from"),
    text("CA", "/ca"),
    text("Certificate", "/cert"),
    text("Key", "/key"),
    text("Proxy", "/proxy"),
    text("Flink", "/flink-version"),
    millis("Timeout", "/timeout"),
    text("Started as", "/local"),
    text("File", "/file"),
])];

fn describe_show(command: Command) -> Command {
    #[derive(clap::Args)]
    struct Show {
        /// Name of the context [default: the one that commands use]
        #[arg(add = crate::complete::contexts())]
        #[allow(dead_code, reason = "it is read by its name")]
        name: Option<String>,
    }
    Show::augment_args(command)
        .about("Shows the connection settings of a cluster; of secrets, only their sources")
        .after_help("Without a name, --context, --url and the environment apply, as for all commands.")
}

fn show(global: &Global, output: &Output, matches: &ArgMatches) -> Result<()> {
    let (target, settings) = match matches.get_one::<String>("name") {
        Some(name) => (Target::Context(name.clone()), Contexts::read()?.get(name)?.clone()),
        None => global.target()?,
    };
    let name = match &target {
        Target::Context(name) | Target::Local(name) => name,
        Target::Address => "(none: --url or FLINKCTL_URL is set)",
        Target::Default if Contexts::read()?.all.is_empty() => "(none: nothing is configured)",
        Target::Default => "(none: no context is current; `flinkctl context use NAME` sets it)",
    };
    output.value(&described(name, None, &settings), SHOW)
}

/// Returns a context as JSON, without secrets.
fn described(name: &str, current: Option<&str>, settings: &Settings) -> Value {
    let text = |value: Option<String>| value.map_or(Value::Null, Value::String);
    let file = |path: &Option<std::path::PathBuf>| text(path.as_ref().map(|path| path.display().to_string()));
    let urls = settings.url.iter().map(|url| shown(url)).collect::<Vec<_>>();
    let headers = settings.header_from.iter().map(ToString::to_string).collect::<Vec<_>>();
    let bearer = settings.bearer_from.as_ref().map(ToString::to_string);
    let basic = settings.basic_from.as_ref().map(ToString::to_string);
    let identity = [
        bearer.as_ref().map(|from| format!("bearer {from}")),
        basic.as_ref().map(|from| format!("basic {from}")),
        settings.cert.as_ref().map(|_| "certificate".to_owned()),
        (!headers.is_empty()).then(|| headers.join(", ")),
    ];
    let identity = identity.into_iter().flatten().collect::<Vec<_>>().join(", ");
    json!({
        "name": name,
        "current": current,
        "url": if urls.is_empty() { LOCALHOST.to_owned() } else { urls.join(", ") },
        "identity": text(Some(identity).filter(|identity| !identity.is_empty())),
        "headers-from": text(Some(headers.join(", ")).filter(|headers| !headers.is_empty())),
        "bearer-from": bearer,
        "basic-from": basic,
        "ca": file(&settings.ca),
        "cert": file(&settings.cert),
        "key": file(&settings.key),
        "proxy": settings.proxy.as_deref().map(shown),
        "flink-version": settings.flink_version,
        "timeout": settings.timeout.map(|Time(time)| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
        "local": settings.local.as_ref().map(|local| format!("Flink {} in {}", local.flink, local.folder.display())),
        "file": path().map(|path| path.display().to_string()),
    })
}
