//! `flinkctl api`: calls any endpoint by its name or path. `flinkctl endpoints` lists them.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use flink_rest_client::{
    ENDPOINTS,
    endpoint::{Kind, Param, Place, Shape, Spec},
};
use serde_json::{Map, Value, json};

use crate::{
    app::App,
    command::{ClusterCommand, CommandFuture, LocalCommand},
    commands::command_of,
    endpoint_command::help,
    error::{Failure, Result},
    metrics,
    output::Output,
    view::{Part, View, id, text},
};

pub(crate) const API: ClusterCommand = ClusterCommand::new("api", describe, run);
pub(crate) const ENDPOINTS_COMMAND: LocalCommand = LocalCommand {
    name: "endpoints",
    describe: describe_list,
    run: |on| Box::pin(async { list(on.output) }),
};

#[derive(Debug, clap::Args)]
struct Arguments {
    /// Name of an endpoint, as GetJob; or a method and a path, as GET /jobs/overview
    #[arg(required = true, num_args = 1..=2, value_names = ["NAME|METHOD", "PATH"])]
    endpoint: Vec<String>,
    /// Parameter; repeat it for a list
    #[arg(short, long = "field", value_name = "KEY=VALUE")]
    field: Vec<String>,
}

fn describe(command: Command) -> Command {
    Arguments::augment_args(command).about("Calls any endpoint and prints the server's own answer").after_help(
        "Examples:\n  flinkctl api GetJobMetrics -f job=a1b2… -f get=uptime -f get=numRestarts\n  \
         flinkctl api GET '/jobs/a1b2…/metrics?get=uptime'\n\nIt never asks for confirmation, not even for destructive requests.",
    )
}

fn run<'a>(app: &'a App, matches: &'a ArgMatches) -> CommandFuture<'a> {
    Box::pin(async {
        let Arguments { endpoint, field } = Arguments::from_arg_matches(matches)?;
        let (spec, mut params) = match endpoint.as_slice() {
            [method, path] => by_path(method, path)?,
            _ => (by_name(app, endpoint.first().map(String::as_str).unwrap_or_default())?, Map::new()),
        };
        for field in &field {
            let (key, text) = field.split_once('=').ok_or_else(|| {
                Failure::usage(format!("`{field}` is not KEY=VALUE")).hint("as `-f job=a1b2…`")
            })?;
            // Flink's own keys are accepted as well. The crate refuses unknown names, and lists the others.
            let param = spec.params.iter().find(|param| param.name == key || param.key == key);
            match param {
                Some(param) => put(&mut params, param, text),
                None => _ = params.insert(key.to_owned(), text.into()),
            }
        }
        let call = app.in_time(app.client.request_by_name(spec.name, params.into()));
        let reading = call.fresh().await?;
        match spec.reads() {
            true => app.output.answer(&reading.value, &[Part::Body])?,
            false => app.output.answer_to_change(&reading.value, &[Part::Body])?,
        }
        metrics::note(reading.freshness.is_fresh());
        Ok(())
    })
}

/// Sets a parameter; appends to lists and maps.
fn put(params: &mut Map<String, Value>, param: &Param, text: &str) {
    let value = value(param, text);
    if param.shape == Shape::List {
        let list = params.entry(param.name).or_insert_with(|| json!([]));
        if let (Some(list), false) = (list.as_array_mut(), value.is_array()) {
            list.push(value);
            return;
        }
    }
    if let (Some(Value::Object(members)), Value::Object(more)) = (params.get_mut(param.name), &value) {
        members.extend(more.clone());
        return;
    }
    params.insert(param.name.into(), value);
}

/// Parses a value: texts need no quotes, other types are JSON.
fn value(param: &Param, text: &str) -> Value {
    let is_json = param.shape == Shape::Map || matches!(param.kind, Kind::Number | Kind::Flag | Kind::Json);
    let json = is_json.then(|| serde_json::from_str(text).ok()).flatten();
    json.unwrap_or_else(|| text.into())
}

fn by_name(app: &App, name: &str) -> Result<&'static Spec> {
    if name.chars().all(|c| c.is_ascii_uppercase()) {
        return Err(Failure::usage(format!("`{name}` needs a path after it"))
            .hint("as `flinkctl api GET /jobs/overview`"));
    }
    // The crate's error suggests the nearest name.
    let asked = || app.client.request_by_name(name, Value::Null).to_request();
    match ENDPOINTS.iter().copied().find(|spec| spec.name == name) {
        Some(spec) => Ok(spec),
        None => Ok(asked()?.spec),
    }
}

/// Finds the endpoint of a path, and its parameters. A literal segment goes before a parameter.
fn by_path(method: &str, path: &str) -> Result<(&'static Spec, Map<String, Value>)> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let path = path.trim_matches('/');
    let path = path.strip_prefix("v1/").unwrap_or(path);
    let segments: Vec<_> = path.split('/').collect();
    let fits = |spec: &&Spec| {
        let mut pattern = spec.path.trim_start_matches('/').split('/');
        let all = segments
            .iter()
            .all(|segment| pattern.next().is_some_and(|p| p.starts_with('{') || p == *segment));
        spec.method.as_str().eq_ignore_ascii_case(method) && all && pattern.next().is_none()
    };
    let found = ENDPOINTS.iter().copied().filter(fits).min_by_key(|spec| spec.path.matches('{').count());
    let Some(spec) = found else {
        let failure = Failure::usage(format!("Flink has no endpoint {} /{path}", method.to_uppercase()));
        return Err(failure.hint("`flinkctl endpoints` lists them"));
    };
    let mut params = Map::new();
    for (pattern, segment) in spec.path.trim_start_matches('/').split('/').zip(segments) {
        let name = pattern.trim_matches(['{', '}']);
        if let Some(param) = spec.params.iter().find(|param| pattern.starts_with('{') && param.name == name) {
            put(&mut params, param, segment);
        }
    }
    for (key, text) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let param = spec.params.iter().find(|param| param.place == Place::Query && param.key == key);
        let Some(param) = param else {
            return Err(Failure::usage(format!("{} has no parameter `{key}`", spec.name))
                .hint("`flinkctl endpoints -o json` lists them"));
        };
        let is_list = param.shape == Shape::List;
        let values = if is_list { text.split(',').collect() } else { vec![text] };
        values.into_iter().for_each(|text| put(&mut params, param, text));
    }
    Ok((spec, params))
}

const LIST: View = &[Part::Rows(
    "",
    &[
        id("NAME", "/name"),
        text("METHOD", "/method"),
        text("PATH", "/path"),
        text("SINCE", "/since"),
        text("UNTIL", "/until"),
        text("COMMAND", "/command"),
    ],
)];

fn describe_list(command: Command) -> Command {
    command
        .about("Lists all endpoints and the commands that call them")
        .after_help("`-o json` adds their parameters and documentation.")
}

fn list(output: &Output) -> Result<()> {
    let all: Vec<_> = ENDPOINTS.iter().map(|spec| described(spec)).collect();
    output.value(&all.into(), LIST)
}

fn described(spec: &Spec) -> Value {
    let param = |param: &Param| {
        json!({
            "name": param.name, "key": param.key, "in": format!("{:?}", param.place).to_lowercase(),
            "required": param.is_required(), "shape": format!("{:?}", param.shape).to_lowercase(), "kind": param.kind.to_string(), "since": param.since, "until": param.until,
            "values": param.kind.words().iter().map(|word| word.text).collect::<Vec<_>>(), "doc": help(param.doc),
        })
    };
    json!({
        "name": spec.name, "method": spec.method.as_str(), "path": spec.path, "since": spec.since, "until": spec.until,
        "command": command_of(spec.name), "doc": help(spec.doc),
        "params": spec.params.iter().map(param).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &str, path: &str) -> (String, Value) {
        by_path(method, path).map(|(spec, params)| (spec.name.into(), params.into())).unwrap()
    }

    #[test]
    fn a_path_finds_its_endpoint_and_parameters() {
        assert_eq!(found("get", "/jobs/overview").0, "GetJobsOverview");
        assert_eq!(found("GET", "/v1/jobs/a1/config"), ("GetJobConfig".into(), json!({"job": "a1"})));
        let (name, params) = found("GET", "/jobs/a1/metrics?get=uptime,downtime");
        assert_eq!(
            (name.as_str(), params),
            ("GetJobMetrics", json!({"job": "a1", "get": ["uptime", "downtime"]}))
        );
        assert_eq!(found("GET", "/jobs/a1/exceptions?maxExceptions=3").1["max_exceptions"], 3);
    }

    #[test]
    fn unknown_paths_and_parameters_are_refused() {
        for (method, path) in
            [("GET", "/nothing"), ("DELETE", "/jobs/overview"), ("GET", "/jobs/a1/config/b2")]
        {
            assert!(by_path(method, path).is_err(), "{method} {path}");
        }
        assert!(by_path("GET", "/jobs/a1/config?x=1").unwrap_err().message.contains("no parameter `x`"));
    }
}
