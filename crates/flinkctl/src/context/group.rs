//! The process group of a command that prints a secret.

use std::{
    io,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::process::{Child, Command};

#[cfg(unix)]
use super::terminal::Lent;

/// Ends its process group when its stdin closes, which the end of flinkctl causes. Ctrl-C reaches only the foreground group,
/// so this script forwards it to that of flinkctl, `$1`, after the command had time to restore the terminal. A line on
/// stdout says that its traps are set.
#[cfg(unix)]
const WATCHER: &str = "trap '' HUP TERM TSTP TTIN TTOU
trap 'sleep 0.2; kill -s INT -- -$1' INT; trap 'kill -s QUIT -- -$1' QUIT
echo; read _; kill -KILL 0";

/// Timeout for the watcher to forward Ctrl-C.
pub(super) const INTERRUPT_TIMEOUT: Duration = Duration::from_secs(1);

/// A process group that is killed when this value is dropped, unless it was [released](Self::release).
#[derive(Debug)]
pub(super) struct Group {
    #[cfg(unix)]
    lent: Option<Lent>,
    watcher: Option<Child>,
}

impl Group {
    /// Creates a group for this command and its children. It gets the terminal if flinkctl has it.
    #[cfg(unix)]
    pub(super) async fn of(command: &mut Command) -> io::Result<Self> {
        use nix::unistd::{Pid, getpgrp};
        use tokio::io::AsyncReadExt;
        let mut watcher = Command::new("sh");
        watcher.args(["-c", WATCHER, "sh", &getpgrp().to_string()]);
        watcher.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut watcher = watcher.process_group(0).spawn()?;
        let id = watcher.id().and_then(|id| i32::try_from(id).ok());
        let id = id.ok_or_else(|| io::Error::other("its process group has ended"))?;
        // Until its traps are set, a hangup could end the watcher along with flinkctl, and orphan the command.
        if let Some(stdout) = &mut watcher.stdout {
            stdout.read_u8().await?;
        }
        command.process_group(id);
        // During shell completion, the terminal belongs to the shell.
        let lent = if crate::shell::is_completing() { None } else { Lent::to(Pid::from_raw(id)) };
        Ok(Self { lent, watcher: Some(watcher) })
    }

    #[cfg(not(unix))]
    pub(super) async fn of(_: &mut Command) -> io::Result<Self> {
        Ok(Self { watcher: None })
    }

    /// Takes the terminal back from an ended command. Returns true if Ctrl-C ended it and is about to end this process.
    #[cfg(unix)]
    pub(super) fn is_interrupted(&mut self, status: ExitStatus) -> bool {
        use std::os::unix::process::ExitStatusExt;
        const INTERRUPT: i32 = 2;
        // A shell reports the signal in its exit code.
        let is_interrupted = status.signal() == Some(INTERRUPT) || status.code() == Some(128 + INTERRUPT);
        self.lent.take().is_some() && is_interrupted
    }

    #[cfg(not(unix))]
    pub(super) fn is_interrupted(&mut self, _: ExitStatus) -> bool {
        false
    }

    /// Lets background processes of the command run on.
    pub(super) async fn release(mut self) {
        if let Some(watcher) = &mut self.watcher {
            // It fails if the group has ended, which is fine.
            let _ = watcher.kill().await;
        }
    }
}
