//! Where processes are to be seen: a process id means nothing on another machine or in another container.

use std::{
    fmt, fs,
    path::Path,
    process::{Command, Stdio},
    str::FromStr,
};

/// The PID namespace of a machine itself, as Linux numbers it.
const OUTERMOST: &str = "pid:[4026531836]";

/// Where a process id is valid: a boot of a machine, and a PID namespace in it. It can be written down as a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    host: String,
    boot: String,
    namespace: String,
}

/// What can be told from here of the processes that were started at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// They are seen as long as they run.
    Seen,
    /// They ended with the boot that they were started in.
    Ended,
    /// They may run, whatever is seen from here.
    Hidden,
}

impl Place {
    /// This one; none where that cannot be told, as outside Linux.
    pub fn here() -> Option<Self> {
        let read = |path: &str| Some(fs::read_to_string(path).ok()?.trim().to_owned());
        let namespace = fs::read_link("/proc/self/ns/pid").ok()?.into_os_string().into_string().ok()?;
        let boot = read("/proc/sys/kernel/random/boot_id")?;
        let host = read("/proc/sys/kernel/hostname")?;
        format!("{host} {boot} {namespace}").parse().ok()
    }

    /// What can be told from here of processes that were started there. Nobody wrote it down up to 0.1: they were
    /// started here, unless here is a container, which may share only the files of where they were.
    pub(crate) fn sight(there: Option<&Self>, here: Option<&Self>) -> Sight {
        match (there, here) {
            (Some(there), Some(here)) if there.boot == here.boot && there.namespace == here.namespace => {
                Sight::Seen
            }
            (Some(there), Some(here)) if there.boot != here.boot && there.host == here.host => Sight::Ended,
            (Some(_), _) => Sight::Hidden,
            (None, Some(here)) if here.namespace != OUTERMOST => Sight::Hidden,
            (None, _) => Sight::Seen,
        }
    }
}

/// How this process sees the others. It can signal the ids it sees there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View<'a> {
    /// A folder with one entry per process, as `/proc`.
    Proc(&'a Path),
    /// The answers of `ps`, where there is no `/proc`.
    Ps,
    /// It does not see them: `/proc` is empty or belongs to another PID namespace.
    Nothing,
}

/// What a [`View`] knows of a process id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// It runs, with this command line.
    Runs(String),
    /// There is no such process.
    Gone,
    /// There may be one.
    Unknown,
}

impl View<'static> {
    pub(crate) fn here() -> Self {
        Self::of(Path::new("/proc"), cfg!(target_os = "linux"))
    }
}

impl<'a> View<'a> {
    /// A `/proc` is this process's own if `self` in it is the id that this process has for itself. Linux has no other
    /// way, as `ps` reads `/proc` too.
    fn of(proc: &'a Path, needs_proc: bool) -> Self {
        match fs::read_link(proc.join("self")) {
            Ok(own) if own == Path::new(&std::process::id().to_string()) => Self::Proc(proc),
            Err(_) if !needs_proc => Self::Ps,
            _ => Self::Nothing,
        }
    }

    /// Looks for a process that this user started: `hidepid` hides those of others.
    pub(crate) fn look(self, process: u32) -> Look {
        match self {
            Self::Nothing => Look::Unknown,
            Self::Proc(proc) => match fs::read(proc.join(process.to_string()).join("cmdline")) {
                Ok(line) => Look::Runs(String::from_utf8_lossy(&line).into_owned()),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound && shows_all(proc) => Look::Gone,
                // The kernel's answer if the process ends while it is read.
                Err(error) if error.raw_os_error() == Some(ESRCH) => Look::Gone,
                Err(_) => Look::Unknown,
            },
            Self::Ps => {
                let both = format!("{},{process}", std::process::id());
                let mut ps = Command::new("ps");
                ps.args(["-ww", "-o", "pid=,args=", "-p", &both]).stderr(Stdio::null());
                let said = ps.output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
                said.map_or(Look::Unknown, |said| listed(&said, std::process::id(), process))
            }
        }
    }
}

/// No such process.
const ESRCH: i32 = 3;

/// Whether `/proc` lists the processes of other users too: without `hidepid`, the first one is there.
fn shows_all(proc: &Path) -> bool {
    proc.join("1").exists()
}

/// What `ps` says of a process, if it sees at least the one that asks.
fn listed(said: &str, own: u32, process: u32) -> Look {
    let line = |id: u32| {
        let mut lines = said.lines().filter_map(|line| line.trim_start().split_once(char::is_whitespace));
        lines.find(|(listed, _)| listed.parse() == Ok(id)).map(|(_, line)| line.to_owned())
    };
    match (line(own), line(process)) {
        (None, _) => Look::Unknown,
        (Some(_), Some(line)) => Look::Runs(line),
        (Some(_), None) => Look::Gone,
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.host, self.boot, self.namespace)
    }
}

impl FromStr for Place {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match *text.split(' ').collect::<Vec<_>>().as_slice() {
            [host, boot, namespace] if ![host, boot, namespace].contains(&"") => {
                Ok(Self { host: host.into(), boot: boot.into(), namespace: namespace.into() })
            }
            _ => Err("a place is written as host, boot and PID namespace, with a blank between"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Option<Place> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn what_is_not_seen_has_ended_only_where_it_would_be_seen() {
        let host = place("host b1 pid:[4026531836]");
        let sight = |there: &str, here: &str| Place::sight(place(there).as_ref(), place(here).as_ref());
        assert_eq!(sight("host b1 pid:[4026531836]", "host b1 pid:[4026531836]"), Sight::Seen);
        assert_eq!(sight("host b1 pid:[4026531836]", "host b2 pid:[4026531836]"), Sight::Ended, "a restart");
        assert_eq!(sight("host b1 pid:[4026531836]", "c0ffee b1 pid:[7]"), Sight::Hidden, "a container");
        assert_eq!(sight("host b1 pid:[4026531836]", "host b1 pid:[7]"), Sight::Hidden, "a PID namespace");
        assert_eq!(sight("c0ffee b1 pid:[7]", "host b1 pid:[4026531836]"), Sight::Hidden);
        assert_eq!(
            sight("host b1 pid:[4026531836]", "other b2 pid:[4026531836]"),
            Sight::Hidden,
            "a shared home"
        );
        assert_eq!(Place::sight(host.as_ref(), None), Sight::Hidden);
        // Not written down.
        assert_eq!(Place::sight(None, host.as_ref()), Sight::Seen);
        assert_eq!(Place::sight(None, place("c0ffee b1 pid:[7]").as_ref()), Sight::Hidden);
        assert_eq!(Place::sight(None, None), Sight::Seen);
    }

    #[test]
    fn what_cannot_be_seen_has_not_ended() {
        let own = std::process::id();
        let proc = tempfile::tempdir().unwrap();
        let of = |needs_proc| View::of(proc.path(), needs_proc);
        assert_eq!(of(true), View::Nothing, "an empty /proc");
        assert_eq!(of(false), View::Ps, "no /proc");
        let own_link = proc.path().join("self");
        std::os::unix::fs::symlink((own + 1).to_string(), &own_link).unwrap();
        assert_eq!(of(true), View::Nothing, "the /proc of another PID namespace");
        assert_eq!(of(false), View::Nothing);
        fs::remove_file(&own_link).unwrap();
        std::os::unix::fs::symlink(own.to_string(), &own_link).unwrap();
        assert_eq!(of(true), View::Proc(proc.path()));
        assert_eq!(View::Nothing.look(7), Look::Unknown);
        assert_eq!(of(true).look(7), Look::Unknown, "hidepid: not even the first process is there");
        fs::create_dir(proc.path().join("1")).unwrap();
        assert_eq!(of(true).look(7), Look::Gone);
        fs::create_dir_all(proc.path().join("7/cmdline")).unwrap();
        assert_eq!(of(true).look(7), Look::Unknown, "a command line that cannot be read");
        fs::remove_dir(proc.path().join("7/cmdline")).unwrap();
        fs::write(proc.path().join("7/cmdline"), "java\0-Dlog.file=x").unwrap();
        assert_eq!(of(true).look(7), Look::Runs("java\0-Dlog.file=x".to_owned()));
    }

    #[test]
    fn ps_is_believed_if_it_sees_who_asks() {
        assert_eq!(listed("  12 me\n   7 java -D x\n", 12, 7), Look::Runs("java -D x".to_owned()));
        assert_eq!(listed("12 me\n", 12, 7), Look::Gone);
        assert_eq!(listed("", 12, 7), Look::Unknown);
        assert_eq!(listed("17 java\n", 12, 7), Look::Unknown);
    }

    #[test]
    fn a_place_can_be_written_down() {
        if let Some(here) = Place::here() {
            assert_eq!(here.to_string().parse(), Ok(here));
        }
        assert!("host b1".parse::<Place>().is_err() && "a  b".parse::<Place>().is_err());
    }
}
