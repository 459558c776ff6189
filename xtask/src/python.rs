//! The part of the Python package that is written from `ENDPOINTS`, and the part that is the same without `async`.

mod answers;

use std::{collections::BTreeMap, fmt::Write, fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use flink_rest_client::{
    ENDPOINTS,
    endpoint::{Kind, Param, Shape, Spec},
};

use self::answers::Answers;
use crate::readme;

/// Lines are not longer, if they need not be.
const WIDTH: usize = 110;

/// What is written by hand in both folders: how a task is waited for, and what the folder is.
const BY_HAND: [&str; 2] = ["__init__.py", "task.py"];

/// Where types come from that some files need.
const IMPORTS: &[(&str, &[&str])] = &[
    ("collections.abc", &["Mapping", "Sequence"]),
    ("os", &["PathLike"]),
    ("typing", &["TYPE_CHECKING", "Any", "Literal"]),
];

/// Words that come out differently without `async`. A leading `Async` is dropped from all others.
const WORDS: &[(&str, &str)] = &[
    ("__aenter__", "__enter__"),
    ("__aexit__", "__exit__"),
    ("__aiter__", "__iter__"),
    ("__anext__", "__next__"),
    ("StopAsyncIteration", "StopIteration"),
    ("aio", "v1"),
];

#[derive(clap::Args)]
pub struct Arguments {
    /// Fail if a file is not up to date, and write nothing
    #[arg(long)]
    check: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    if arguments.check {
        return check();
    }
    for (path, text) in files()? {
        fs::create_dir_all(path.parent().context("a file in a folder")?)?;
        fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

pub fn check() -> Result<()> {
    let mut stale = files()?;
    stale.retain(|path, text| fs::read_to_string(path).ok().as_ref() != Some(text));
    if !stale.is_empty() {
        bail!("out of date: {:?}; write them with: cargo xtask python", stale.keys());
    }
    Ok(())
}

fn package() -> PathBuf {
    flink_workspace::root().join("bindings/python/python/flink_rest_client")
}

/// All files that are written, and what is in them.
fn files() -> Result<BTreeMap<PathBuf, String>> {
    let (aio, v1) = (package().join("aio"), package().join("v1"));
    let mut files = BTreeMap::new();
    let mut put = |name: String, text: String| {
        let twin = format!("# Made from aio/{name} by `cargo xtask python`.\n{}", without_async(&text));
        files.insert(v1.join(name), twin);
    };
    for entry in fs::read_dir(&aio)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".py") && !BY_HAND.contains(&name.as_str()) {
            put(name.clone(), fs::read_to_string(aio.join(&name))?);
        }
    }
    let answers = Answers::read()?;
    let api = api(&answers);
    for (name, text) in &api {
        put(format!("api/{name}"), text.clone());
    }
    files.insert(package().join("answers.pyi"), answers.file());
    files.extend(api.into_iter().map(|(name, text)| (aio.join("api").join(name), text)));
    Ok(files)
}

/// The classes of endpoints, a file for each group, and the one that has them all.
fn api(answers: &Answers) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let (mut imports, mut bases) = (String::new(), String::new());
    for group in readme::ORDER {
        let module = group.rsplit(' ').next().unwrap_or(group).to_lowercase();
        let class = format!("Async{}{}Endpoints", module[..1].to_uppercase(), &module[1..]);
        let _ = writeln!(imports, "from flink_rest_client.aio.api.{module} import {class}");
        let _ = writeln!(bases, "    {class},");
        files.insert(format!("{module}.py"), group_file(group, &class, answers));
    }
    let all = format!(
        "\"\"\"Every endpoint of Flink's REST API, written from those of the Rust client by `cargo xtask python`.\"\"\"\n\n\
         {imports}\n\n\
         class AsyncApi(\n{bases}):\n    \"\"\"Every endpoint of Flink's REST API, by its name. Answers are the server's own JSON.\"\"\"\n"
    );
    files.insert("__init__.py".into(), all);
    files
}

fn group_file(group: &str, class: &str, answers: &Answers) -> String {
    let methods: String = ENDPOINTS
        .iter()
        .filter(|spec| readme::group_of(spec) == group)
        .map(|spec| method(spec, answers))
        .collect();
    let mut imports = String::new();
    for (module, words) in IMPORTS {
        let used: Vec<_> =
            words.iter().copied().filter(|word| *word == "TYPE_CHECKING" || methods.contains(word)).collect();
        if !used.is_empty() {
            let _ = writeln!(imports, "from {module} import {}", used.join(", "));
        }
    }
    format!(
        "\"\"\"{group}: written by `cargo xtask python`.\"\"\"\n\n\
         from __future__ import annotations\n\n\
         {imports}\n\
         from flink_rest_client.aio.endpoints import AsyncEndpoints\n\n\
         if TYPE_CHECKING:\n    from flink_rest_client import answers\n\n\n\
         class {class}(AsyncEndpoints):\n    \"\"\"{group}.\"\"\"\n{methods}"
    )
}

fn method(spec: &Spec, answers: &Answers) -> String {
    let (required, optional): (Vec<_>, Vec<_>) = spec.params.iter().partition(|param| param.is_required());
    let mut parameters = vec!["self".to_owned()];
    parameters.extend(required.iter().map(|param| format!("{}: {}", param.name, python_type(param))));
    parameters.extend(optional.iter().map(|param| match default(param) {
        "None" => format!("{}: {} | None = None", param.name, python_type(param)),
        empty => format!("{}: {} = {empty}", param.name, python_type(param)),
    }));
    parameters.extend(["*".to_owned(), "timeout: float | None = None".to_owned()]);
    let arguments = spec.params.iter().map(|param| format!("{0}={0}", param.name));
    let arguments = [format!("\"{}\"", spec.name), "timeout".into()].into_iter().chain(arguments);

    let (name, answer) = (snake(spec.name), answers.of(spec));
    let mut text = String::from("\n");
    call(&mut text, 4, &format!("async def {name}"), parameters, &format!(" -> {answer}:"));
    text.push_str(&doc(spec));
    call(&mut text, 8, &format!("answer: {answer} = await self._call"), arguments.collect(), "");
    text.push_str("        return answer\n");
    text
}

/// Something with arguments in parentheses, on one line or on several.
fn call(text: &mut String, indent: usize, head: &str, arguments: Vec<String>, tail: &str) {
    let pad = " ".repeat(indent);
    let line = format!("{pad}{head}({}){tail}", arguments.join(", "));
    if line.len() <= WIDTH {
        text.push_str(&line);
    } else {
        let lines: String = arguments.iter().map(|argument| format!("{pad}    {argument},\n")).collect();
        let _ = write!(text, "{pad}{head}(\n{lines}{pad}){tail}");
    }
    text.push('\n');
}

fn doc(spec: &Spec) -> String {
    let versions = match (spec.since, spec.until) {
        (None, None) => String::new(),
        (Some(since), None) => format!(" (Flink {since}+)"),
        (None, Some(until)) => format!(" (Flink up to {until})"),
        (Some(since), Some(until)) => format!(" (Flink {since} to {until})"),
    };
    let path = spec.path.replace('{', ":").replace('}', "");
    let mut text = String::new();
    wrap(&mut text, 8, &format!("\"\"\"{}", words(spec.doc)));
    let _ = writeln!(text, "\n        {} {path}{versions}", spec.method);
    for (index, param) in spec.params.iter().enumerate() {
        if index == 0 {
            text.push('\n');
        }
        wrap(&mut text, 8, &format!("{}: {}", param.name, words(param.doc)));
    }
    text.push_str("        \"\"\"\n");
    text
}

/// A paragraph; lines after the first are indented further unless it begins the text.
fn wrap(text: &mut String, indent: usize, paragraph: &str) {
    let hanging = if paragraph.starts_with('"') { indent } else { indent + 4 };
    let mut line = " ".repeat(indent);
    for (index, word) in paragraph.split(' ').enumerate() {
        if index > 0 && line.len() + 1 + word.len() > WIDTH {
            let _ = writeln!(text, "{line}");
            line = format!("{}{word}", " ".repeat(hanging));
        } else {
            line.push_str(if index == 0 { "" } else { " " });
            line.push_str(word);
        }
    }
    let _ = writeln!(text, "{line}");
}

/// Documentation as Python's: links are their texts, and endpoints have their names here.
fn words(doc: &str) -> String {
    let mut text = String::new();
    let mut rest = doc.trim();
    while let Some((before, link)) = rest.split_once('[') {
        let Some((name, after)) = link.split_once(']') else { break };
        text.push_str(before);
        text.push_str(name);
        let target = after.strip_prefix('(').and_then(|target| target.split_once(')'));
        rest = target.map_or(after, |(_, after)| after);
    }
    text.push_str(rest);
    for spec in ENDPOINTS {
        text = text.replace(&format!("`{}`", spec.name), &format!("`{}`", snake(spec.name)));
    }
    text.replace("Job::", "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The Python type of a parameter; ids and the like are texts.
fn python_type(param: &Param) -> String {
    let one = match param.kind {
        Kind::Flag => "bool",
        Kind::Number => "int",
        Kind::File => "str | PathLike[str]",
        Kind::Json => "Mapping[str, object]",
        _ => "str",
    };
    match (param.shape, param.kind) {
        (Shape::List, _) => format!("Sequence[{one}]"),
        (Shape::Map, _) => format!("Mapping[str, {one}]"),
        (_, Kind::Word(words)) => {
            let words: Vec<_> = words.iter().map(|word| format!("\"{}\"", word.text)).collect();
            // A newer Flink may know more.
            format!("Literal[{}] | str", words.join(", "))
        }
        _ => one.into(),
    }
}

/// What a parameter is that is not given.
fn default(param: &Param) -> &'static str {
    if param.shape == Shape::List { "()" } else { "None" }
}

fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// The same program with calls that block.
fn without_async(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some(start) = text.find("(await ") {
        let inner = start + "(await ".len();
        let Some(end) = end_of_parentheses(&text[start..]).map(|length| start + length) else { break };
        let is_grouping = !text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let is_alone = !text[inner..end].contains([' ', '\n']) || end_of_call(&text[inner..end]);
        let (open, close) = if is_grouping && is_alone { ("", "") } else { ("(", ")") };
        text = format!("{}{open}{}{close}{}", &text[..start], &text[inner..end], &text[end + 1..]);
    }
    let text =
        text.replace("async def ", "def ").replace("async with ", "with ").replace("async for ", "for ");
    let text = text.replace("await ", "");
    let mut made = String::new();
    for part in text.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_')) {
        let word = part.trim_end_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
        let rest = &part[word.len()..];
        let other = WORDS.iter().find(|(with, _)| *with == word).map(|(_, without)| *without);
        let rest_of_name = word.strip_prefix("Async").filter(|rest| rest.starts_with(char::is_uppercase));
        made.push_str(other.or(rest_of_name).unwrap_or(word));
        made.push_str(rest);
    }
    made
}

/// Where the parenthesis ends that a text begins with.
fn end_of_parentheses(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (index, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}

/// Whether it is one call, with nothing before or after it.
fn end_of_call(text: &str) -> bool {
    let Some(open) = text.find('(') else { return false };
    !text[..open].contains(' ') && end_of_parentheses(&text[open..]) == Some(text.len() - 1 - open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_awaited_blocks_in_the_twin() {
        let text = "class AsyncJobs(AsyncIterator[str]):\n    async def __anext__(self) -> str:\n        \
                    names: Asynchronous = (await self.all(1, 2))[\"names\"] or await (await self.more())\n        raise StopAsyncIteration\n";
        let twin = "class Jobs(Iterator[str]):\n    def __next__(self) -> str:\n        \
                    names: Asynchronous = self.all(1, 2)[\"names\"] or self.more()\n        raise StopIteration\n";
        assert_eq!(without_async(text), twin);
    }
}
