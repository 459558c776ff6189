//! A malicious server: hostile text in every string of every recorded response, with every command and format of the
//! transcripts. Every printed byte is checked.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
};

use flink_rest_client::is_printable;
use serde_json::{Value, json};

use crate::{folder, leaves, server::Server};

/// The client's credentials.
const TOKEN: &str = "S3cr3t/Tok3n+Xyz";

/// The token in plain text, URL-encoded, in base64, inside a longer base64 string, in HTML, and in hexadecimal.
const SPELLINGS: &[&str] = &[
    TOKEN,
    "S3cr3t%2FTok3n%2BXyz",
    "UzNjcjN0L1RvazNuK1h5e",
    "MzY3IzdC9Ub2szbitYeX",
    "S3cr3t&#47;Tok3n&#43;Xyz",
    "5333637233742f546f6b336e2b58797a",
];

/// Text that a terminal, a shell or another format would interpret.
fn hostile() -> String {
    let controls =
        "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{7f}\u{8}\r\u{202e}\u{200b}\u{2028}\u{feff}\u{e0041}";
    let syntax = "$(touch OWNED)`touch OWNED`;touch OWNED|\"'\\<b>&\t%%{init: {}}%%#quot;]]>\n- x: y\n";
    format!("-evil{controls}{syntax}{} end", SPELLINGS.join(" "))
}

/// The strings of a response to replace.
#[derive(Clone, Copy, PartialEq)]
enum Change {
    /// Strings that may be any text.
    Texts,
    /// The same, and an additional member in each object.
    Names,
    /// All strings, so that much of the response cannot be decoded.
    All,
}

fn changed(value: Value, change: Change) -> Value {
    match value {
        Value::String(text) if change == Change::All || is_text(&text) => hostile().into(),
        Value::Array(elements) => elements.into_iter().map(|element| changed(element, change)).collect(),
        Value::Object(members) => {
            let mut members: serde_json::Map<_, _> =
                members.into_iter().map(|(name, value)| (name, changed(value, change))).collect();
            if change == Change::Names {
                members.insert(hostile(), hostile().into());
            }
            members.into()
        }
        other => other,
    }
}

/// Tells if the client accepts any text in place of this one: it is no id, number, time or enum constant.
fn is_text(text: &str) -> bool {
    let is_id = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_word = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || b".-:TZ".contains(&byte));
    let is_path = text.ends_with("-525d24") || text.ends_with(".jar");
    !(is_id || is_word || is_number || is_path)
}

fn server(change: Change) -> Server {
    let alter = move |body: &str| match serde_json::from_str(body) {
        Ok(value) => changed(value, change).to_string(),
        Err(_) => format!("{}\n{body}", hostile()),
    };
    Server::altered(alter, &hostile())
}

/// One command line per command, taken from the transcripts, without a format and with ids of jobs.
fn commands() -> Vec<Vec<String>> {
    /// Commands without requests, or with requests to another server.
    const OTHERS: [&str; 3] = ["local", "context", "--all-contexts"];
    let transcripts: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let words = |line: &str| {
        let mut words: Vec<String> = Vec::new();
        let mut is_format = false;
        for word in line.split_whitespace() {
            match word {
                _ if std::mem::take(&mut is_format) => {}
                "-o" | "--output" => is_format = true,
                "Orders" => words.push("76543210fedcba9876543210fedcba98".into()),
                "Count" => words.push("b71731f1c0df9c3076c4a455334d0ad6".into()),
                word if word.starts_with("--watch") || word.starts_with("--json") => {}
                word => words.push(word.into()),
            }
        }
        words
    };
    let lines = transcripts.iter().flat_map(|text| text.lines());
    let all: Vec<_> = lines.filter_map(|line| line.strip_prefix("$ flinkctl ")).map(words).collect();
    let asks = |words: &&Vec<String>| {
        !words.iter().any(|word| OTHERS.contains(&word.as_str()) || word.contains("http"))
    };
    let of = |leaf: String| {
        let is_of = |words: &&Vec<String>| format!("{} ", words.join(" ")).starts_with(&format!("{leaf} "));
        // The longest one.
        all.iter().filter(asks).filter(is_of).max_by_key(|words| words.len()).cloned()
    };
    leaves(&flinkctl::command(), "").into_iter().filter_map(of).collect()
}

/// The output of a command on stdout and stderr.
fn printed(words: &[String], format: &str, url: &str) -> [Vec<u8>; 2] {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_flinkctl"))
        .args(["--bearer-from", "env:TOKEN", "--retries", "0", "--timeout", "2s", "-o", format])
        .args(words)
        .env_clear()
        .envs([("TOKEN", TOKEN), ("FLINKCTL_URL", url)])
        .env("FLINKCTL_CONFIG", folder.path().join("config.toml"))
        .current_dir(&folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    [output.stdout, output.stderr]
}

/// Commands that pass on the server's own bytes if stdout is not a terminal.
const DOWNLOADS: [&str; 5] = ["api", "log", "log-file", "profile-file", "stdout"];

/// The forbidden content of an output, if any.
fn fault(bytes: &[u8], is_shown: impl Fn(char) -> bool) -> Option<String> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Some("no UTF-8".into()) };
    if let Some(secret) = SPELLINGS.iter().find(|secret| text.contains(**secret)) {
        return Some(format!("the secret {secret}"));
    }
    text.chars().find(|c| !is_shown(*c)).map(|c| format!("the character {c:?}"))
}

#[test]
fn text_of_a_server_is_shown_and_has_no_effect() {
    let servers = [Change::Texts, Change::Names, Change::All].map(server);
    let mut asked = Vec::new();
    for words in commands() {
        let formats = [("wide", 0), ("json", 0), ("yaml", 1), ("tsv", 2)];
        asked.extend(formats.map(|(format, server)| (words.clone(), format, &servers[server])));
        if words.iter().any(|word| word == "graph" || word == "flamegraph") {
            asked.extend(
                ["svg", "mermaid", "dot", "folded"].map(|format| (words.clone(), format, &servers[0])),
            );
        }
    }
    let (next, faults, evil) = (AtomicUsize::new(0), std::sync::Mutex::new(Vec::new()), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((words, format, server)) = asked.get(next.fetch_add(1, Relaxed)) {
                    let [stdout, stderr] = printed(words, format, &server.url());
                    evil.fetch_add(usize::from(String::from_utf8_lossy(&stdout).contains("evil")), Relaxed);
                    let is_shown = |c| is_printable(c) || matches!(c, '\n' | '\t');
                    let is_download = words.iter().any(|word| DOWNLOADS.contains(&word.as_str()));
                    // JSON itself leaves some characters unescaped.
                    let passes = |c| is_shown(c) || is_download || (*format == "json" && c >= '\u{7f}');
                    let found = [fault(&stdout, passes), fault(&stderr, is_shown)];
                    if let Some(fault) = found.into_iter().flatten().next() {
                        faults.lock().unwrap().push(format!("{} -o {format}: {fault}", words.join(" ")));
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), asked.len(), faults.join("\n"));
    // Otherwise too few responses were hostile for the test to mean anything.
    assert!(evil.into_inner() > asked.len() / 4);
}

#[test]
fn hostile_text_does_not_change_drawings() {
    let server = server(Change::Texts);
    let drawn = |what: &str, format: &str| {
        let words = ["job", what, "76543210fedcba9876543210fedcba98"].map(str::to_owned);
        let [stdout, stderr] = printed(&words, format, &server.url());
        let text = String::from_utf8(stdout).unwrap();
        assert!(text.contains("evil"), "{text} {}", String::from_utf8_lossy(&stderr));
        text
    };
    for what in ["graph", "flamegraph"] {
        let svg = drawn(what, "svg");
        let tags: Vec<_> = elements(&svg);
        assert!(tags.contains(&"text") && !tags.contains(&"b"), "{tags:?}");
    }
    let mermaid = drawn("graph", "mermaid");
    // Each line is a vertex or an edge, whose text contains no quote and starts no directive.
    let is_one =
        |line: &str| line.starts_with("  v") && line.matches('"').count() == 2 && !line.contains("%%");
    assert!(mermaid.lines().skip(1).all(is_one), "{mermaid}");
    let dot = drawn("graph", "dot");
    let quotes = |line: &str| line.replace(r"\\", "").replace(r#"\""#, "").matches('"').count();
    let mut lines = dot.lines().filter(|line| line.starts_with("  v"));
    assert!(lines.all(|line| quotes(line) == 2 && line.ends_with("\"];")), "{dot}");
    let folded = drawn("flamegraph", "folded");
    let is_counted =
        |line: &str| line.rsplit_once(' ').is_some_and(|(_, count)| count.parse::<u64>().is_ok());
    assert!(folded.lines().all(is_counted), "{folded}");
}

/// The elements of an XML document, after a complete parse.
fn elements(xml: &str) -> Vec<&str> {
    let (mut elements, mut rest) = (Vec::new(), xml);
    while let Some((text, after)) = rest.split_once('<') {
        // An ampersand starts a character reference.
        for reference in text.split('&').skip(1) {
            let (name, _) = reference.split_once(';').unwrap();
            assert!(
                ["amp", "lt", "gt", "quot", "apos"].contains(&name) || name.starts_with('#'),
                "{reference}"
            );
        }
        let (tag, after) = match after.strip_prefix("![CDATA[") {
            Some(data) => ("", data.split_once("]]>").unwrap().1),
            None => after.split_once('>').unwrap(),
        };
        elements.push(tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap());
        rest = after;
    }
    elements
}

#[test]
fn completions_are_quoted_for_bash() {
    const ODD: [&str; 7] = [
        "0a$(touch OWNED).jar",
        "0a`touch OWNED`.jar",
        "0a b;touch OWNED",
        "0a'b\"c.jar",
        "0a*?[b].jar",
        "0a!~#\\",
        "0a&|<>(){}^",
    ];
    // Names that are no word, names with control characters, and the secret.
    let others = ["--url=evil", "0a\u{202e}.jar", "0aS3cr3t%2FTok3n%2BXyz.jar"];
    let all: Vec<_> = ODD.into_iter().chain(others).collect();
    let jar = |id: &&str| json!({"id": id, "name": id, "uploaded": 1_700_000_000_000_u64, "entry": []});
    let jars = json!({"address": "x", "files": all.iter().map(jar).collect::<Vec<_>>()}).to_string();
    let server = Server::with([("GET /jars", jars.as_str())]);
    let folder = tempfile::tempdir().unwrap();
    // The shell itself reads it back, each on its own line.
    let ask = r#"source <(flinkctl completion bash); COMP_LINE=$1 COMP_POINT=${#1}; _flinkctl flinkctl "$2" ""
        for word in "${COMPREPLY[@]}"; do eval "printf '%s\n' $3$word$3"; done"#;
    let path =
        format!("{}:/usr/bin:/bin", Path::new(env!("CARGO_BIN_EXE_flinkctl")).parent().unwrap().display());
    let read_back = |line: &str, replaced: &str, quote: &str| {
        let begin = std::time::Instant::now();
        // On a busy machine, a response may take longer than the second that a shell waits.
        loop {
            let output = Command::new("bash")
                .args(["--norc", "-c", ask, "bash", line, replaced, quote])
                .env_clear()
                .envs([("PATH", path.as_str()), ("FLINKCTL_URL", &server.url()), ("TOKEN", TOKEN)])
                .env("FLINKCTL_CONFIG", folder.path().join("config.toml"))
                .current_dir(&folder)
                .output()
                .unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            if !text.is_empty() || begin.elapsed().as_secs() > 30 {
                return text.lines().map(str::to_owned).collect::<Vec<_>>();
            }
        }
    };
    let flinkctl = "flinkctl --bearer-from env:TOKEN";
    assert_eq!(read_back(&format!("{flinkctl} jar delete 0a"), "0a", ""), ODD);
    assert_eq!(read_back(&format!("{flinkctl} jar delete '0a"), "0a", "'"), ODD);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "a word was run");
}
