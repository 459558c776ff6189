//! The file of contexts: locked while it changes, replaced atomically, readable only by its owner.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File, Metadata},
    io::ErrorKind,
    ops::Range,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde::Deserialize;
use toml_edit::DocumentMut;

use super::{Settings, local_file};
use crate::{
    error::{Failure, Result},
    nearest::nearest,
    save::{Readers, save},
    shell::quoted,
};

/// Timeout for another process's lock, and for the writer of a pipe.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// Size of a file of contexts, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The content of the file.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Contexts {
    /// The current context.
    pub(crate) current: Option<String>,
    #[serde(rename = "context")]
    pub(crate) all: BTreeMap<String, Settings>,
}

impl Contexts {
    /// Reads the file; a missing one is empty.
    pub(crate) fn read() -> Result<Self> {
        match path() {
            Some(path) => Ok(load(&path)?.1),
            None => Ok(Self::default()),
        }
    }

    /// Returns a context.
    pub(crate) fn get(&self, name: &str) -> Result<&Settings> {
        self.all.get(name).ok_or_else(|| {
            let failure = Failure::usage(format!("there is no context `{name}`"));
            let names: Vec<_> = self.all.keys().map(String::as_str).collect();
            failure.hint(match nearest(name, names.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None if names.is_empty() => {
                    format!("`flinkctl context add {} --url URL` adds it", quoted(name))
                }
                None => format!("there are: {}", names.join(", ")),
            })
        })
    }

    /// Changes the file. Keeps comments, and changes of other processes.
    pub(crate) fn change<T>(change: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let path = path().ok_or_else(|| {
            Failure::usage("there is no folder for contexts").hint("name a file with FLINKCTL_CONFIG")
        })?;
        // A symbolic link is followed, not replaced.
        let path = fs::canonicalize(&path).unwrap_or(path);
        if fs::metadata(&path).is_ok_and(|there| !there.is_file()) {
            return Err(Failure::usage(format!("{} is no file, and cannot keep contexts", path.display()))
                .hint("name one with FLINKCTL_CONFIG"));
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|error| cannot("create", folder, &error))?;
        let _lock = lock(&lock_of(&path)?)?;
        let (mut document, before) = load(&path)?;
        let mut after = before.clone();
        let changed = change(&mut after)?;
        write_into(&mut document, &before, &after)?;
        save(&path, document.to_string().as_bytes(), Readers::Owner)
            .map_err(|error| cannot("write", &path, &error))?;
        Ok(changed)
    }
}

/// Returns the path of the file: `FLINKCTL_CONFIG`, or the system's folder for configurations.
pub(crate) fn path() -> Option<PathBuf> {
    let folder_in = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(file) = folder_in("FLINKCTL_CONFIG") {
        return Some(file);
    }
    let home = || folder_in("HOME");
    let folder = match std::env::consts::OS {
        "windows" => folder_in("APPDATA"),
        "macos" => home().map(|home| home.join("Library/Application Support")),
        _ => folder_in("XDG_CONFIG_HOME").or_else(|| Some(home()?.join(".config"))),
    };
    Some(folder?.join("flinkctl/config.toml"))
}

fn load(path: &Path) -> Result<(DocumentMut, Contexts)> {
    // Shell completion must not wait long.
    let timeout = if crate::shell::is_completing() { Duration::from_secs(1) } else { LOCK_TIMEOUT };
    let (metadata, bytes) = match local_file::read(path, MAX_BYTES, timeout) {
        Ok(read) => read,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Default::default()),
        Err(error) if error.kind() == ErrorKind::IsADirectory => {
            return Err(Failure::usage(format!("{} is a folder", path.display())));
        }
        Err(error) if error.kind() == ErrorKind::FileTooLarge => {
            return Err(Failure::usage(format!("{} is too large to be a file of contexts", path.display())));
        }
        Err(error) => return Err(cannot("read", path, &error)),
    };
    check_writers(path, &metadata)?;
    let text = String::from_utf8(bytes).map_err(|_| {
        let error = std::io::Error::new(ErrorKind::InvalidData, "stream did not contain valid UTF-8");
        cannot("read", path, &error)
    })?;
    let wrong = |message: &str, span: Option<Range<usize>>| {
        let line =
            1 + text.bytes().take(span.map_or(0, |span| span.start)).filter(|byte| *byte == b'\n').count();
        Failure::usage(format!("{} line {line}: {}", path.display(), without_value(message)))
            .hint(format!("correct line {line}, or use another file with FLINKCTL_CONFIG"))
    };
    let document = text.parse::<DocumentMut>().map_err(|error| wrong(error.message(), error.span()))?;
    let contexts: Contexts =
        toml_edit::de::from_str(&text).map_err(|error| wrong(error.message(), error.span()))?;
    check_readers(path, &metadata, &contexts)?;
    Ok((document, contexts))
}

/// Removes the value from a message of serde, which quotes values of the wrong type: it may be a secret.
fn without_value(message: &str) -> String {
    match (message.starts_with("invalid "), message.rsplit_once(", expected ")) {
        (true, Some((_, expected))) => format!("expected {expected}"),
        (true, None) => "this value cannot be used".into(),
        _ => message.lines().next().unwrap_or_default().to_owned(),
    }
}

/// Refuses a file that others may write, as ssh does: it names commands to run and addresses to send tokens to.
#[cfg(unix)]
fn check_writers(path: &Path, metadata: &Metadata) -> Result<()> {
    use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
    let me = nix::unistd::geteuid().as_raw();
    if !may_own(metadata.uid(), me) {
        let failure = Failure::usage(format!("{}: it is another user's file", path.display()));
        return Err(failure.hint("use one of your own: FLINKCTL_CONFIG names it"));
    }
    match metadata.permissions().mode() & 0o022 {
        0 => Ok(()),
        // Data written to a device such as /dev/null is not read back.
        _ if metadata.file_type().is_char_device() => Ok(()),
        _ => Err(open_to_others(path, "others than its owner may change it".into())),
    }
}

/// Accepts files of root, who controls this machine anyway.
#[cfg(unix)]
fn may_own(owner: u32, me: u32) -> bool {
    owner == me || owner == 0
}

/// Refuses a file with passwords that others may read.
#[cfg(unix)]
fn check_readers(path: &Path, metadata: &Metadata, contexts: &Contexts) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let literal = |(name, settings): (&String, &Settings)| {
        settings.literal_secrets().next().map(|setting| format!("{setting} of context `{name}`"))
    };
    match contexts.all.iter().find_map(literal).filter(|_| metadata.permissions().mode() & 0o077 != 0) {
        Some(place) => {
            Err(open_to_others(path, format!("others than its owner may read the password in {place}")))
        }
        None => Ok(()),
    }
}

#[cfg(unix)]
fn open_to_others(path: &Path, why: String) -> Failure {
    let command = format!("`chmod 600 {}` keeps it to you", path.display());
    Failure::usage(format!("{}: {why}", path.display())).hint(command)
}

#[cfg(not(unix))]
fn check_writers(_: &Path, _: &Metadata) -> Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn check_readers(_: &Path, _: &Metadata, _: &Contexts) -> Result<()> {
    Ok(())
}

/// Returns the path of the lock: a separate file, because the file of contexts is replaced. A file of contexts with the name
/// of a lock is refused.
fn lock_of(path: &Path) -> Result<PathBuf> {
    let Some(name) = path.file_name() else {
        return Err(Failure::usage(format!("{} is no file", path.display())));
    };
    let bytes = name.as_encoded_bytes();
    if bytes.starts_with(b".") && bytes.ends_with(b".lock") {
        return Err(Failure::usage(format!("{} would be the lock of another file", path.display()))
            .hint("name the file of contexts otherwise"));
    }
    let mut lock = OsString::from(".");
    lock.push(name);
    lock.push(".lock");
    Ok(path.with_file_name(lock))
}

fn lock(path: &Path) -> Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(path);
    let file = file.map_err(|error| cannot("write", path, &error))?;
    let deadline = Instant::now() + LOCK_TIMEOUT;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::WouldBlock) if Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(fs::TryLockError::WouldBlock) => {
                return Err(Failure::usage(format!("another process keeps {} locked", path.display())));
            }
            Err(fs::TryLockError::Error(error)) => return Err(cannot("lock", path, &error)),
        }
    }
}

/// Writes the changes into the document, and leaves the rest as it is.
fn write_into(document: &mut DocumentMut, before: &Contexts, after: &Contexts) -> Result<()> {
    if before.current != after.current {
        match &after.current {
            Some(name) => document["current"] = toml_edit::value(name),
            None => _ = document.remove("current"),
        }
    }
    let all = document.entry("context").or_insert_with(|| {
        let mut table = toml_edit::Table::new();
        // No `[context]` heading of its own.
        table.set_implicit(true);
        table.into()
    });
    let all = all.as_table_like_mut().ok_or_else(|| Failure::usage("`context` in the file is no table"))?;
    for name in before.all.keys().filter(|name| !after.all.contains_key(*name)) {
        all.remove(name);
    }
    for (name, settings) in
        after.all.iter().filter(|(name, settings)| before.all.get(*name) != Some(settings))
    {
        let written = toml_edit::ser::to_document(settings)
            .map_err(|error| Failure::usage(format!("context `{name}` cannot be written: {error}")))?;
        all.insert(name, written.as_table().clone().into());
    }
    Ok(())
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("cannot {what} {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        save(&path, text.as_bytes(), Readers::Owner).unwrap();
        load(&path).map(drop).unwrap_err().message.rsplit_once("config.toml ").unwrap().1.to_owned()
    }

    #[test]
    fn an_error_has_its_line_and_no_secret() {
        let wrong = refused("# mine\n[context.a]\nulr = \"http://flink\"\n");
        assert!(wrong.starts_with("line 3: unknown field `ulr`, expected one of `url`"), "{wrong}");
        for secret in [
            "[context.a]\nurl = \"http://a\"\nbearer-from = \"hunter2\"\n",
            "[context.a]\nurl = \"http://a\"\nheader-from = \"hunter2\"\n",
            "[context.a]\nurl = \"http://a\"\nheader-from = [\"X=hunter2\"]\n",
            "[context.a]\nurl = \"http://a\"\nbearer-from = \"hunter2\n",
        ] {
            let wrong = refused(secret);
            assert!(wrong.starts_with("line 3: ") && !wrong.contains("hunter2"), "{wrong}");
        }
    }

    #[test]
    fn the_documented_file_is_valid() {
        let guide = include_str!("../../../../docs/contexts.md");
        let example = guide.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;
        let contexts: Contexts = toml_edit::de::from_str(example).unwrap();
        let prod = contexts.get("prod").unwrap();
        assert!(prod.url.len() == 2 && prod.timeout.is_some() && prod.key.is_some());
    }

    #[test]
    fn comments_and_unchanged_contexts_stay() {
        let text = "# mine\ncurrent = \"a\" # for now\n\n[context.a]\n# the old one\nurl = \"http://a\"\n";
        let mut document: DocumentMut = text.parse().unwrap();
        let before: Contexts = toml_edit::de::from_str(text).unwrap();
        let mut after = before.clone();
        let settings = Settings { url: vec!["http://b".into()], ..Settings::default() };
        after.all.insert("b".into(), settings);
        write_into(&mut document, &before, &after).unwrap();
        assert_eq!(document.to_string(), format!("{text}\n[context.b]\nurl = \"http://b\"\n"));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_holds_no_password() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let with_mode = |mode: u32, text: &str| {
            save(&path, text.as_bytes(), Readers::Owner).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            load(&path).map(drop).map_err(|failure| failure.message)
        };
        let (with, without) = ("[context.a]\nurl = \"http://me:pass@a\"", "[context.a]\nurl = \"http://a\"");
        with_mode(0o600, with).unwrap();
        with_mode(0o644, without).unwrap();
        let refused = with_mode(0o640, with).unwrap_err();
        assert!(refused.contains("may read the password in url of context `a`"), "{refused}");
        let refused = with_mode(0o662, without).unwrap_err();
        assert!(refused.contains("may change it"), "{refused}");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_ones_own_or_the_administrators() {
        let cases =
            [(1000, 1000, true), (0, 1000, true), (0, 0, true), (1001, 1000, false), (1000, 0, false)];
        for (owner, me, expected) in cases {
            assert_eq!(may_own(owner, me), expected, "{owner} {me}");
        }
    }

    #[test]
    fn no_file_is_its_own_lock_or_that_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["config.toml", "x.lock", "x", ".hidden"] {
            assert_eq!(lock_of(&at(name)).unwrap(), at(&format!(".{name}.lock")));
        }
        for name in [".x.lock", ".lock", ".."] {
            assert!(lock_of(&at(name)).is_err(), "{name}");
        }
        // The lock holds while the file is replaced.
        let path = at("x.lock");
        let locked = lock(&lock_of(&path).unwrap()).unwrap();
        save(&path, b"", Readers::Owner).unwrap();
        let other = File::open(lock_of(&path).unwrap()).unwrap();
        assert!(matches!(other.try_lock(), Err(fs::TryLockError::WouldBlock)));
        drop(locked);
        other.try_lock().unwrap();
    }

    #[test]
    fn an_endless_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        save(&path, &vec![b'\n'; 2 << 20], Readers::Owner).unwrap();
        let refused = load(&path).map(drop).unwrap_err().message;
        assert!(refused.ends_with("is too large to be a file of contexts"), "{refused}");
    }
}
