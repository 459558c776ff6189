//! The process group of a command that prints a secret.

use std::{
    io,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::process::{Child, Command};

#[cfg(unix)]
use super::terminal::Lent;

/// Ends its process group when its stdin closes, as it does when flinkctl ends, whatever ended that. Ctrl-C reaches only the
/// group in the foreground, so this hands it on to that of flinkctl, `$1`, after the command had time to leave the terminal as it was. A line on stdout says that no signal ends it any more.
#[cfg(unix)]
const WATCHER: &str = "trap '' HUP TERM TSTP TTIN TTOU
trap 'sleep 0.2; kill -s INT -- -$1' INT; trap 'kill -s QUIT -- -$1' QUIT
echo; read _; kill -KILL 0";

/// Time in which the watcher hands on Ctrl-C.
pub(super) const INTERRUPT_TIMEOUT: Duration = Duration::from_secs(1);

/// A process group that ends with this value, unless it was [released](Self::release).
#[derive(Debug)]
pub(super) struct Group {
    #[cfg(unix)]
    lent: Option<Lent>,
    watcher: Option<Child>,
}

impl Group {
    /// A group that this command will be in, with all that it starts. It may use the terminal if flinkctl may.
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
        // Before, the end of flinkctl could end it too, by a hangup, and leave the command alone.
        if let Some(stdout) = &mut watcher.stdout {
            stdout.read_u8().await?;
        }
        command.process_group(id);
        // A shell that asks for completion is at work on the terminal.
        let lent = if crate::shell::is_completing() { None } else { Lent::to(Pid::from_raw(id)) };
        Ok(Self { lent, watcher: Some(watcher) })
    }

    #[cfg(not(unix))]
    pub(super) async fn of(_: &mut Command) -> io::Result<Self> {
        Ok(Self { watcher: None })
    }

    /// Takes the terminal back from a command that has ended, and tells if Ctrl-C ended it and is about to end this process.
    #[cfg(unix)]
    pub(super) fn is_interrupted(&mut self, status: ExitStatus) -> bool {
        use std::os::unix::process::ExitStatusExt;
        const INTERRUPT: i32 = 2;
        // A shell says it in its code.
        let is_interrupted = status.signal() == Some(INTERRUPT) || status.code() == Some(128 + INTERRUPT);
        self.lent.take().is_some() && is_interrupted
    }

    #[cfg(not(unix))]
    pub(super) fn is_interrupted(&mut self, _: ExitStatus) -> bool {
        false
    }

    /// Lets what the command left behind go on.
    pub(super) async fn release(mut self) {
        if let Some(watcher) = &mut self.watcher {
            // A group that has ended needs no signal.
            let _ = watcher.kill().await;
        }
    }
}
