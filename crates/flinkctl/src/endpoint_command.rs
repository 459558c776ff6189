//! Commands that call one endpoint. Their arguments and help come from the endpoint's `Spec`.

use clap::{Arg, ArgAction, ArgMatches, Command, builder::ValueParser};
use flink_rest_client::{
    Answer, ENDPOINTS, FlinkRestClient, JobId,
    endpoint::{Kind, Param, Place, Shape, Spec, Token},
    jobs::savepoints::SavepointFormatType,
};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::{
    app::App,
    confirm::{confirm, confirm_end_of_jobs},
    error::{Failure, Result},
    metrics, operation,
    output::{Lines, say, write_raw},
    resolve,
    view::View,
};

/// The parameter that names metrics. Without it, Flink answers with names only, so flinkctl sets all names to show values.
const METRICS: &str = "get";

/// Short options and aliases of parameters, as `flinkctl run` and `bin/flink` name them.
const ALIASES: &[(&str, Option<char>, &str)] = &[
    ("entry_class", Some('c'), "class"),
    ("parallelism", Some('p'), ""),
    ("savepoint_path", Some('s'), "from-savepoint"),
    ("allow_non_restored_state", Some('n'), ""),
    ("flink_configuration", Some('D'), "conf"),
    ("kind", None, "type"),
    ("format_type", None, "format"),
];

/// The parameter of program arguments. They follow `--`, so that they may look like options.
const PROGRAM_ARGUMENTS: &str = "args";

/// A command that calls one endpoint.
#[derive(Debug)]
pub(crate) struct EndpointCommand {
    pub(crate) name: &'static str,
    /// The endpoint's name.
    pub(crate) endpoint: &'static str,
    pub(crate) view: View,
    /// The destructive action to confirm first.
    pub(crate) destroys: Option<&'static str>,
    /// True if it ends jobs, which the cluster's configuration may have switched off.
    ends_jobs: bool,
    /// Help, in place of the endpoint's documentation.
    about: Option<&'static str>,
    /// Hint for an empty list.
    if_none: Option<&'static str>,
    /// True if it reads the current state of a job, not one cached for up to three seconds.
    is_current: bool,
}

impl EndpointCommand {
    pub(crate) const fn new(name: &'static str, endpoint: &'static str, view: View) -> Self {
        Self {
            name,
            endpoint,
            view,
            destroys: None,
            ends_jobs: false,
            about: None,
            if_none: None,
            is_current: false,
        }
    }

    pub(crate) const fn destroys(self, what: &'static str) -> Self {
        Self { destroys: Some(what), ..self }
    }

    pub(crate) const fn ends_jobs(self, what: &'static str) -> Self {
        Self { ends_jobs: true, ..self.destroys(what) }
    }

    pub(crate) const fn about(self, what: &'static str) -> Self {
        Self { about: Some(what), ..self }
    }

    pub(crate) const fn if_none(self, hint: &'static str) -> Self {
        Self { if_none: Some(hint), ..self }
    }

    pub(crate) const fn current(self) -> Self {
        Self { is_current: true, ..self }
    }

    pub(crate) fn spec(&self) -> Result<&'static Spec> {
        let found = ENDPOINTS.iter().copied().find(|spec| spec.name == self.endpoint);
        found.ok_or_else(|| Failure::usage(format!("no endpoint is named {}", self.endpoint)))
    }

    /// Returns true if it changes nothing.
    pub(crate) fn is_read_only(&self) -> bool {
        self.spec().is_ok_and(|spec| spec.reads())
    }

    pub(crate) fn command(&self) -> Command {
        let command = Command::new(self.name);
        let Ok(spec) = self.spec() else { return command };
        let mut command = command
            .about(self.about.map_or_else(|| about(spec), str::to_owned))
            .args(spec.params.iter().map(argument));
        if self.destroys.is_some() {
            command = command.arg(yes());
        }
        if let Some(id) = given_token(spec) {
            command = command.arg(exactly_once().conflicts_with(id.name));
        }
        command
    }

    pub(crate) async fn run(&self, app: &App, matches: &ArgMatches) -> Result<()> {
        app.output.check(self.view)?;
        let client = &app.client;
        let mut params = Map::new();
        for param in self.spec()?.params {
            if let Some(value) = given(param, matches) {
                let value = match &value {
                    Value::String(word) if param.place == Place::Path => {
                        resolve::parameter(client, param.kind, word, &params).await?.into()
                    }
                    _ => value,
                };
                params.insert(param.name.into(), value);
            }
        }
        if let Some(id) = given_token(self.spec()?)
            && matches.get_flag(EXACTLY_ONCE)
        {
            params.insert(id.name.into(), JobId::random().to_string().into());
        }
        if let Some(what) = self.destroys {
            let which: Vec<_> = params.values().filter_map(Value::as_str).collect();
            let what = format!("{what} {}", which.join(" ")).trim_end().to_owned();
            let (what, yes) = (format!("{what} at {}", client.address()), matches.get_flag("yes"));
            match self.ends_jobs {
                true => confirm_end_of_jobs(app, &what, yes).await?,
                false => confirm(&what, yes)?,
            }
        }
        if self.spec()?.params.iter().any(|param| param.name == METRICS) && !params.contains_key(METRICS) {
            let names = metrics::names(client, self.endpoint, params.clone()).await?;
            params.insert(METRICS.into(), names.into());
        }
        // A file is streamed: it may be larger than the memory.
        if self.spec()?.answer.is_file() && app.output.is_raw() {
            let answer = app.in_time(client.request_by_name(self.endpoint, params.into()).stream());
            let mut answer = answer.await?;
            let mut lines = Lines::default();
            while let Some(bytes) = answer.next_chunk().await? {
                write_raw(&lines.push(&bytes))?;
            }
            return Ok(write_raw(&lines.finish())?);
        }
        if let Some(format) = savepoint_format(client, self.spec()?, &params).await? {
            params.insert(FORMAT.into(), format.into());
        }
        let reading = match self.is_current {
            true => app.in_time(client.job(job(&params)?).current_details()).fresh().await?,
            false => {
                let call = client.request_by_name(self.endpoint, params.clone().into());
                app.in_time(call).fresh().await?
            }
        };
        let answer = reading.value;
        if let Some(asked) = params.remove(METRICS)
            && is_empty_list(&answer)
        {
            let names = metrics::names(client, self.endpoint, params).await?;
            metrics::unknown(&asked, &names).map_or(Ok(()), Err)?;
        }
        match self.spec()?.reads() {
            true => app.output.answer(&answer, self.view)?,
            false => app.output.answer_to_change(&answer, self.view)?,
        }
        metrics::note(reading.freshness.is_fresh());
        if let Some(hint) = self.if_none
            && is_empty_list(&answer)
        {
            say!("{hint}");
        }
        Ok(())
    }
}

fn is_empty_list(answer: &Answer) -> bool {
    answer.decode::<Vec<IgnoredAny>>().is_ok_and(|list| list.is_empty())
}

/// The parameter of a savepoint's format.
const FORMAT: &str = "format_type";

/// Returns the format of a savepoint, if the command takes one and the job's state backend requires it.
async fn savepoint_format(
    client: &FlinkRestClient,
    spec: &Spec,
    params: &Map<String, Value>,
) -> Result<Option<String>> {
    if !spec.params.iter().any(|param| param.name == FORMAT) {
        return Ok(None);
    }
    let wanted = params.get(FORMAT).and_then(Value::as_str).map(SavepointFormatType::from);
    let format = operation::savepoint_format(&client.job(job(params)?), wanted).await?;
    Ok(format.map(|format| format.to_string()))
}

fn job(params: &Map<String, Value>) -> Result<JobId> {
    resolve::given(params.get("job").and_then(Value::as_str).unwrap_or_default())
}

/// Returns the id parameter that only the caller may choose.
fn given_token(spec: &'static Spec) -> Option<&'static Param> {
    spec.params.iter().find(|param| param.token == Some(Token::Given))
}

const EXACTLY_ONCE: &str = "exactly-once";

pub(crate) fn exactly_once() -> Arg {
    let help = "Submit the job exactly once, even if a response is lost. Only for programs with one job: Flink up to 2.2 loses the others, 2.3 refuses them";
    Arg::new(EXACTLY_ONCE).long(EXACTLY_ONCE).action(ArgAction::SetTrue).help(help)
}

pub(crate) fn yes() -> Arg {
    Arg::new("yes").long("yes").short('y').action(ArgAction::SetTrue).help("Do not ask for confirmation")
}

/// Returns the first paragraph of the endpoint's documentation as help, with the releases that have it.
fn about(spec: &Spec) -> String {
    let releases = match (spec.since, spec.until) {
        (Some(since), _) => format!(" (Flink {since}+)"),
        (None, Some(until)) => format!(" (up to Flink {until})"),
        _ => String::new(),
    };
    let first = help(spec.doc.trim().split("\n\n").next().unwrap_or_default());
    // Some paragraphs name the release themselves.
    let has_release = spec.since.is_some_and(|since| first.contains(&format!("({since}+)")));
    if has_release { first } else { format!("{first}{releases}") }
}

/// Converts a paragraph of Rust documentation to plain text, without links, code marks and the final full stop.
pub(crate) fn help(doc: &str) -> String {
    let mut text = String::new();
    let mut rest = doc.trim();
    while let Some((before, link)) = rest.split_once('[') {
        let Some((name, after)) = link.split_once(']') else { break };
        text.push_str(before);
        let target = after.strip_prefix('(').and_then(|target| target.split_once(')'));
        // Other brackets are no links: `[default: 5]`.
        match target.is_some() || name.starts_with('`') {
            true => text.push_str(name),
            false => text.push_str(&format!("[{name}]")),
        }
        rest = target.map_or(after, |(_, after)| after);
    }
    text.push_str(rest);
    let text = text.replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ");
    text.strip_suffix('.').unwrap_or(&text).to_owned()
}

fn argument(param: &'static Param) -> Arg {
    let arg = Arg::new(param.name).help(help(param.doc)).ignore_case(!param.kind.words().is_empty());
    // Names of metrics are positional: they are the subject of the command.
    let positional = param.is_required() || param.name == METRICS;
    let arg = match positional {
        _ if param.name == PROGRAM_ARGUMENTS => arg.last(true).value_name("ARGS"),
        true => arg.required(param.is_required()).value_name(param.name.to_uppercase().replace('_', "-")),
        false => {
            let own = param.name.replace('_', "-");
            let (short, alias) = ALIASES
                .iter()
                .find(|(name, ..)| *name == param.name)
                .map_or((None, ""), |(_, short, alias)| (*short, *alias));
            let arg = arg.short(short);
            let (arg, name) = match alias {
                "" => (arg, own),
                alias => (arg.visible_alias(own), alias.to_owned()),
            };
            let value = match (param.shape, param.kind) {
                (Shape::Map, _) => "KEY=VALUE".to_owned(),
                (_, Kind::Number) => "N".to_owned(),
                _ => name.rsplit('-').next().unwrap_or(&name).to_uppercase(),
            };
            arg.long(name).value_name(value)
        }
    };
    let arg = match param.kind {
        Kind::Id(id) if param.place == Place::Path => arg.add(crate::complete::of(id)),
        _ => arg,
    };
    if matches!(param.kind, Kind::Flag) {
        return arg.action(ArgAction::SetTrue);
    }
    let arg = match param.shape {
        Shape::One | Shape::Optional => arg,
        Shape::List if positional || param.name == PROGRAM_ARGUMENTS => {
            arg.action(ArgAction::Append).num_args(1..)
        }
        // One value per option, so that the next argument is not taken for another.
        Shape::List | Shape::Map => arg.action(ArgAction::Append),
    };
    let arg = match param.shape == Shape::List && param.place == Place::Query {
        true => arg.value_delimiter(','),
        false => arg,
    };
    arg.value_parser(parser(param))
}

fn parser(param: &'static Param) -> ValueParser {
    use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
    if !param.kind.words().is_empty() {
        // Flink's words in any case, with dashes or underscores; help shows them in lower case with dashes.
        let of = |text: &'static str| PossibleValue::new(text.to_lowercase().replace('_', "-")).alias(text);
        let words = PossibleValuesParser::new(param.kind.words().iter().map(|word| of(word.text)));
        let own = |typed: String| {
            let is_same = |text: &str| text.replace('_', "-").eq_ignore_ascii_case(&typed.replace('_', "-"));
            let word = param.kind.words().iter().find(|word| is_same(word.text));
            Value::from(word.map_or(typed.as_str(), |word| word.text))
        };
        return words.map(own).into();
    }
    match param.kind {
        _ if param.shape == Shape::Map => ValueParser::new(pair),
        Kind::Number => ValueParser::new(|text: &str| text.parse::<i64>().map(Value::from)),
        Kind::Json => ValueParser::new(|text: &str| serde_json::from_str::<Value>(text)),
        _ => ValueParser::new(|text: &str| Ok::<_, String>(Value::from(text))),
    }
}

pub(crate) fn pair(text: &str) -> Result<Value, String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    Ok(Value::Object(Map::from_iter([(key.to_owned(), value.into())])))
}

/// Returns the value of a parameter, if it was given.
fn given(param: &Param, matches: &ArgMatches) -> Option<Value> {
    if matches!(param.kind, Kind::Flag) {
        return matches.get_flag(param.name).then_some(Value::Bool(true));
    }
    let mut values = matches.get_many::<Value>(param.name)?.cloned();
    match param.shape {
        Shape::One | Shape::Optional => values.next(),
        Shape::List => Some(values.collect()),
        Shape::Map => {
            let members =
                values.filter_map(|value| if let Value::Object(map) = value { Some(map) } else { None });
            Some(Value::Object(members.flatten().collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flinks_words_are_accepted_in_any_case() {
        let command = EndpointCommand::new("run", "RunJar", &[]);
        for typed in ["NO_CLAIM", "no-claim", "no_claim"] {
            let matches =
                command.command().try_get_matches_from(["run", "a.jar", "--claim-mode", typed]).unwrap();
            assert_eq!(matches.get_one::<Value>("claim_mode").unwrap(), "NO_CLAIM");
        }
    }

    #[test]
    fn documentation_becomes_plain_help() {
        assert_eq!(
            help("Asks [`rescale`](Self::rescale) for\nmore. Uses `x`."),
            "Asks rescale for more. Uses x"
        );
        assert_eq!(help("See [`Job::stop`]."), "See Job::stop");
        assert_eq!(help("a [ b"), "a [ b");
        assert_eq!(help("Retries [default: 5]."), "Retries [default: 5]");
    }
}
