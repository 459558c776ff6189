//! Sources of secrets. Files, command lines and outputs hold the source, never the secret.

use std::{ffi::OsStr, fmt, path::PathBuf, process::Stdio, str::FromStr, time::Duration};

use clap::builder::TypedValueParser;
use serde::{Deserialize, Serialize};
use tokio::{io::AsyncReadExt, process::Command};

use super::{
    group::{Group, INTERRUPT_TIMEOUT},
    local_file,
};
use crate::error::{Failure, Result};

/// Timeout for a command that prints a secret; the user may have to unlock it first.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);

/// Timeout for the writer of a pipe that is named as a file.
pub(super) const PIPE_TIMEOUT: Duration = Duration::from_secs(10);

/// Size of a secret, in bytes. A longer one is an endless command or file.
const MAX_BYTES: u64 = 64 * 1024;

const FORMS: &str =
    "give the source of the secret instead of the secret: env:VARIABLE, file:PATH or cmd:COMMAND";

/// A source of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Source {
    Env(String),
    File(PathBuf),
    Cmd(String),
}

impl Source {
    /// Reads the secret, and trims whitespace.
    pub(crate) async fn read(&self) -> Result<String> {
        let failed = |why: String| {
            Failure::usage(format!("no secret from {self}: {why}"))
                .hint("`flinkctl context show` shows the option that uses it")
        };
        let secret = match self {
            Self::Env(name) => std::env::var(name).map_err(|_| failed("the variable is not set".into()))?,
            Self::File(path) => {
                let secret = local_file::read_async(path, MAX_BYTES, PIPE_TIMEOUT).await;
                secret.map_err(|error| error.to_string()).and_then(text).map_err(failed)?
            }
            Self::Cmd(command) => output(command, COMMAND_TIMEOUT).await.and_then(text).map_err(failed)?,
        };
        match secret.trim() {
            "" => Err(failed("it is empty".into())),
            secret => Ok(secret.to_owned()),
        }
    }

    /// Returns true if it runs a command.
    pub(crate) fn runs(&self) -> bool {
        matches!(self, Self::Cmd(_))
    }
}

fn text(secret: Vec<u8>) -> Result<String, String> {
    match secret.len() as u64 > MAX_BYTES {
        true => Err(format!("it is longer than {} KiB", MAX_BYTES / 1024)),
        false => String::from_utf8(secret).map_err(|_| "it is no text".into()),
    }
}

/// Runs a command and returns its stdout, up to one byte above the limit. It shares stdin, stderr and the terminal, so it
/// can ask the user. Dropping the future ends it with all its children.
async fn output(command: &str, timeout: Duration) -> Result<Vec<u8>, String> {
    let mut shell = Command::new(if cfg!(windows) { "cmd" } else { "sh" });
    shell.args([if cfg!(windows) { "/C" } else { "-c" }, command]).stdout(Stdio::piped()).kill_on_drop(true);
    if crate::shell::is_completing() {
        // During shell completion, the terminal belongs to the line that is being edited.
        shell.stdin(Stdio::null()).stderr(Stdio::null());
    }
    let reading = async {
        let mut group = Group::of(&mut shell).await?;
        let mut child = shell.spawn()?;
        let mut secret = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            stdout.take(MAX_BYTES + 1).read_to_end(&mut secret).await?;
        }
        if secret.len() as u64 > MAX_BYTES {
            return Ok(secret);
        }
        match child.wait().await? {
            status if status.success() => {
                group.release().await;
                Ok(secret)
            }
            status => {
                if group.is_interrupted(status) {
                    tokio::time::sleep(INTERRUPT_TIMEOUT).await;
                }
                Err(std::io::Error::other(status.to_string()))
            }
        }
    };
    let read = tokio::time::timeout(timeout, reading).await;
    read.map_err(|_| format!("it took longer than {} s", timeout.as_secs()))?
        .map_err(|error| error.to_string())
}

impl FromStr for Source {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text.split_once(':').filter(|(_, rest)| !rest.is_empty()) {
            Some(("env", name)) => Ok(Self::Env(name.to_owned())),
            Some(("file", path)) => Ok(Self::File(absolute(path))),
            Some(("cmd", command)) => Ok(Self::Cmd(command.to_owned())),
            // Not quoted: it may be the secret itself.
            _ => Err(FORMS),
        }
    }
}

/// Makes a path absolute, since contexts are used in other folders, and expands `~/`, which a shell leaves in `file:~/…`.
fn absolute(path: &str) -> PathBuf {
    let home = || std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    let path = match path.strip_prefix("~/").and_then(|rest| Some(home()?.join(rest))) {
        Some(path) => path,
        None => path.into(),
    };
    std::path::absolute(&path).unwrap_or(path)
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Cmd(command) => write!(f, "cmd:{command}"),
        }
    }
}

/// A header whose value is secret: `NAME=SOURCE`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) value: Source,
}

impl FromStr for Header {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let (name, source) = text.split_once('=').ok_or("a header is NAME=env:VARIABLE, for example")?;
        Ok(Self { name: name.trim().to_owned(), value: source.trim().parse()? })
    }
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

/// Implements the conversions from and into text for serde.
macro_rules! texts {
    ($($ty:ty),*) => {$(
        impl TryFrom<String> for $ty {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, &'static str> {
                text.parse()
            }
        }

        impl From<$ty> for String {
            fn from(value: $ty) -> Self {
                value.to_string()
            }
        }
    )*};
}

texts!(Source, Header);

/// Parses an argument without quoting it in errors, as clap would: it may be a secret.
#[derive(Clone)]
pub(crate) struct Unseen<T>(pub(crate) fn(&str) -> Result<T, &'static str>);

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Unseen<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        let name = argument.and_then(clap::Arg::get_long).unwrap_or_default();
        (self.0)(value.to_str().unwrap_or_default()).map_err(|why| {
            let message = format!("--{name}: {why}\n");
            clap::Error::raw(clap::error::ErrorKind::ValueValidation, message).with_cmd(command)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn possible_secrets_are_not_quoted() {
        for wrong in ["hunter2", "env:", "https://hunter2", ""] {
            assert_eq!(wrong.parse::<Source>(), Err(FORMS));
        }
        let wrong = "X-Key=hunter2".parse::<Header>().unwrap_err();
        assert!(!wrong.contains("hunter2"));
    }

    #[test]
    fn sources_are_written_as_they_are_read() {
        for text in ["env:TOKEN", "file:/run/token", "cmd:pass show a:b"] {
            assert_eq!(text.parse::<Source>().unwrap().to_string(), text);
        }
        assert_eq!("X-Key = env:KEY".parse::<Header>().unwrap().to_string(), "X-Key=env:KEY");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_secret_has_an_end() {
        let cmd = |command: &str| Source::Cmd(command.into());
        for endless in [cmd("yes"), cmd("head -c 65537 /dev/zero"), Source::File("/dev/zero".into())] {
            let failure = endless.read().await.unwrap_err();
            assert!(failure.message.ends_with("it is longer than 64 KiB"), "{}", failure.message);
        }
        assert_eq!(cmd("head -c 65536 /dev/zero | tr '\\0' x").read().await.unwrap().len(), 65536);
        let refused = cmd("printf hunt%s er2; exit 3").read().await.unwrap_err().message;
        assert!(refused.ends_with("exit status: 3") && !refused.contains("hunter2"), "{refused}");
        // The last command exits, but its child keeps stdout open.
        for slow in ["exec sleep 600", "sleep 600", "sleep 5 & exit 0"] {
            let late = output(slow, Duration::from_millis(50)).await.unwrap_err();
            assert!(late.starts_with("it took longer than "), "{late}");
        }
    }

    #[test]
    fn paths_do_not_depend_on_the_folder() {
        let Source::File(path) = "file:token".parse().unwrap() else { panic!() };
        assert!(path.is_absolute());
    }
}
