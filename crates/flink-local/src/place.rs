//! Visibility of processes: a process id is meaningless on another machine or in another container.

use std::{
    fmt, fs,
    path::Path,
    process::{Command, Stdio},
    str::FromStr,
};

/// The PID namespace of the machine itself, with Linux' fixed number.
const ROOT_PID_NAMESPACE: &str = "pid:[4026531836]";

/// The scope in which a process id is valid: a boot of a machine, and a PID namespace. Can be stored as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    host: String,
    boot: String,
    namespace: String,
}

/// Visibility of the processes of another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visibility {
    /// They are visible while they run.
    Visible,
    /// They ended when their machine restarted.
    Ended,
    /// They may run invisibly.
    Hidden,
}

impl Place {
    /// The place of this process; `None` where it is unknown, as outside Linux.
    pub fn here() -> Option<Self> {
        let read = |path: &str| Some(fs::read_to_string(path).ok()?.trim().to_owned());
        let namespace = fs::read_link("/proc/self/ns/pid").ok()?.into_os_string().into_string().ok()?;
        let boot = read("/proc/sys/kernel/random/boot_id")?;
        let host = read("/proc/sys/kernel/hostname")?;
        format!("{host} {boot} {namespace}").parse().ok()
    }

    /// Tells how visible the processes of `there` are from `here`.
    ///
    /// Version 0.1 stored no place. Its clusters count as started here, unless this is a container: it may share only
    /// files with the place where they started.
    pub(crate) fn visibility(there: Option<&Self>, here: Option<&Self>) -> Visibility {
        match (there, here) {
            (Some(there), Some(here)) if there.boot == here.boot && there.namespace == here.namespace => {
                Visibility::Visible
            }
            (Some(there), Some(here)) if there.boot != here.boot && there.host == here.host => {
                Visibility::Ended
            }
            (Some(_), _) => Visibility::Hidden,
            (None, Some(here)) if here.namespace != ROOT_PID_NAMESPACE => Visibility::Hidden,
            (None, _) => Visibility::Visible,
        }
    }
}

/// How this process looks up other processes. It can send signals to the ids that it finds there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProcessLookup<'a> {
    /// A folder with one entry per process, like `/proc`.
    Proc(&'a Path),
    /// The output of `ps`, where there is no `/proc`.
    Ps,
    /// None: `/proc` is empty or belongs to another PID namespace.
    None,
}

/// The state of a process id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProcessState {
    /// It runs, with this command line.
    Running(String),
    /// There is no such process.
    Gone,
    /// It is not visible, but may run.
    Unknown,
}

impl ProcessLookup<'static> {
    pub(crate) fn here() -> Self {
        Self::of(Path::new("/proc"), cfg!(target_os = "linux"))
    }
}

impl<'a> ProcessLookup<'a> {
    /// Chooses the lookup.
    ///
    /// `/proc` is valid if its `self` is this process's own id. On Linux there is no other way, since `ps` reads
    /// `/proc` too.
    fn of(proc: &'a Path, needs_proc: bool) -> Self {
        match fs::read_link(proc.join("self")) {
            Ok(own) if own == Path::new(&std::process::id().to_string()) => Self::Proc(proc),
            Err(_) if !needs_proc => Self::Ps,
            _ => Self::None,
        }
    }

    /// Looks up a process of this user; `hidepid` hides those of other users.
    pub(crate) fn state(self, process: u32) -> ProcessState {
        match self {
            Self::None => ProcessState::Unknown,
            Self::Proc(proc) => match fs::read(proc.join(process.to_string()).join("cmdline")) {
                Ok(line) => ProcessState::Running(String::from_utf8_lossy(&line).into_owned()),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound && shows_all(proc) => {
                    ProcessState::Gone
                }
                // The kernel's error if the process ends while its file is read.
                Err(error) if error.raw_os_error() == Some(ESRCH) => ProcessState::Gone,
                Err(_) => ProcessState::Unknown,
            },
            Self::Ps => {
                let both = format!("{},{process}", std::process::id());
                let mut ps = Command::new("ps");
                ps.args(["-ww", "-o", "pid=,args=", "-p", &both]).stderr(Stdio::null());
                let output = ps.output().map(|ps| String::from_utf8_lossy(&ps.stdout).into_owned());
                output
                    .map_or(ProcessState::Unknown, |output| state_in_ps(&output, std::process::id(), process))
            }
        }
    }
}

/// The error number for «no such process».
const ESRCH: i32 = 3;

/// Tells if `/proc` lists processes of other users: process 1 is visible only without `hidepid`.
fn shows_all(proc: &Path) -> bool {
    proc.join("1").exists()
}

/// Parses the state from the output of `ps`, which is valid if it lists the asking process.
fn state_in_ps(output: &str, own: u32, process: u32) -> ProcessState {
    let line = |id: u32| {
        let mut lines = output.lines().filter_map(|line| line.trim_start().split_once(char::is_whitespace));
        lines.find(|(listed, _)| listed.parse() == Ok(id)).map(|(_, line)| line.to_owned())
    };
    match (line(own), line(process)) {
        (None, _) => ProcessState::Unknown,
        (Some(_), Some(line)) => ProcessState::Running(line),
        (Some(_), None) => ProcessState::Gone,
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
    fn an_invisible_process_has_ended_only_where_it_would_be_visible() {
        let host = place("host b1 pid:[4026531836]");
        let visibility =
            |there: &str, here: &str| Place::visibility(place(there).as_ref(), place(here).as_ref());
        assert_eq!(visibility("host b1 pid:[4026531836]", "host b1 pid:[4026531836]"), Visibility::Visible);
        assert_eq!(
            visibility("host b1 pid:[4026531836]", "host b2 pid:[4026531836]"),
            Visibility::Ended,
            "a restart"
        );
        assert_eq!(
            visibility("host b1 pid:[4026531836]", "c0ffee b1 pid:[7]"),
            Visibility::Hidden,
            "a container"
        );
        assert_eq!(
            visibility("host b1 pid:[4026531836]", "host b1 pid:[7]"),
            Visibility::Hidden,
            "a PID namespace"
        );
        assert_eq!(visibility("c0ffee b1 pid:[7]", "host b1 pid:[4026531836]"), Visibility::Hidden);
        assert_eq!(
            visibility("host b1 pid:[4026531836]", "other b2 pid:[4026531836]"),
            Visibility::Hidden,
            "a shared home"
        );
        assert_eq!(Place::visibility(host.as_ref(), None), Visibility::Hidden);
        // Without a stored place.
        assert_eq!(Place::visibility(None, host.as_ref()), Visibility::Visible);
        assert_eq!(Place::visibility(None, place("c0ffee b1 pid:[7]").as_ref()), Visibility::Hidden);
        assert_eq!(Place::visibility(None, None), Visibility::Visible);
    }

    #[test]
    fn an_invisible_process_has_not_ended() {
        let own = std::process::id();
        let proc = tempfile::tempdir().unwrap();
        let of = |needs_proc| ProcessLookup::of(proc.path(), needs_proc);
        assert_eq!(of(true), ProcessLookup::None, "an empty /proc");
        assert_eq!(of(false), ProcessLookup::Ps, "no /proc");
        let own_link = proc.path().join("self");
        std::os::unix::fs::symlink((own + 1).to_string(), &own_link).unwrap();
        assert_eq!(of(true), ProcessLookup::None, "the /proc of another PID namespace");
        assert_eq!(of(false), ProcessLookup::None);
        fs::remove_file(&own_link).unwrap();
        std::os::unix::fs::symlink(own.to_string(), &own_link).unwrap();
        assert_eq!(of(true), ProcessLookup::Proc(proc.path()));
        assert_eq!(ProcessLookup::None.state(7), ProcessState::Unknown);
        assert_eq!(of(true).state(7), ProcessState::Unknown, "hidepid: not even the first process is there");
        fs::create_dir(proc.path().join("1")).unwrap();
        assert_eq!(of(true).state(7), ProcessState::Gone);
        fs::create_dir_all(proc.path().join("7/cmdline")).unwrap();
        assert_eq!(of(true).state(7), ProcessState::Unknown, "a command line that cannot be read");
        fs::remove_dir(proc.path().join("7/cmdline")).unwrap();
        fs::write(proc.path().join("7/cmdline"), "java\0-Dlog.file=x").unwrap();
        assert_eq!(of(true).state(7), ProcessState::Running("java\0-Dlog.file=x".to_owned()));
    }

    #[test]
    fn ps_is_trusted_if_it_lists_the_asking_process() {
        assert_eq!(
            state_in_ps("  12 me\n   7 java -D x\n", 12, 7),
            ProcessState::Running("java -D x".to_owned())
        );
        assert_eq!(state_in_ps("12 me\n", 12, 7), ProcessState::Gone);
        assert_eq!(state_in_ps("", 12, 7), ProcessState::Unknown);
        assert_eq!(state_in_ps("17 java\n", 12, 7), ProcessState::Unknown);
    }

    #[test]
    fn a_place_can_be_stored() {
        if let Some(here) = Place::here() {
            assert_eq!(here.to_string().parse(), Ok(here));
        }
        assert!("host b1".parse::<Place>().is_err() && "a  b".parse::<Place>().is_err());
    }
}
