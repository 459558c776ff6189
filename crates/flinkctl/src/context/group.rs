//! The process group of a command that prints a secret.

use std::{io, io::IsTerminal, process::Stdio};

use tokio::process::{Child, Command};

/// Ends its process group when its stdin closes, as it does when flinkctl ends, whatever ended that.
#[cfg(unix)]
const WATCHER: &str = "trap '' HUP INT QUIT TERM TSTP TTIN TTOU; read _; kill -KILL 0";

/// A process group that ends with this value, unless it was [released](Self::release).
#[derive(Debug)]
pub(super) struct Group {
    watcher: Option<Child>,
}

impl Group {
    /// A group that this command will be in, with all that it starts.
    #[cfg(unix)]
    pub(super) fn of(command: &mut Command) -> io::Result<Self> {
        // Only the group in the foreground may ask people there, and Ctrl-C reaches both.
        if io::stdin().is_terminal() {
            return Ok(Self { watcher: None });
        }
        let mut watcher = Command::new("sh");
        watcher.args(["-c", WATCHER]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let watcher = watcher.process_group(0).spawn()?;
        let id = watcher.id().and_then(|id| i32::try_from(id).ok());
        command.process_group(id.ok_or_else(|| io::Error::other("its process group has ended"))?);
        Ok(Self { watcher: Some(watcher) })
    }

    #[cfg(not(unix))]
    pub(super) fn of(_: &mut Command) -> io::Result<Self> {
        Ok(Self { watcher: None })
    }

    /// Lets what the command left behind go on.
    pub(super) async fn release(mut self) {
        if let Some(watcher) = &mut self.watcher {
            // A group that has ended needs no signal.
            let _ = watcher.kill().await;
        }
    }
}
