//! Where processes are to be seen: a process id means nothing on another machine or in another container.

use std::{fmt, fs, str::FromStr};

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
    fn a_place_can_be_written_down() {
        if let Some(here) = Place::here() {
            assert_eq!(here.to_string().parse(), Ok(here));
        }
        assert!("host b1".parse::<Place>().is_err() && "a  b".parse::<Place>().is_err());
    }
}
