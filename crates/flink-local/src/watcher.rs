//! A shell process that waits for the owner's end and then ends the cluster, so that nothing outlives its owner.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// The leader of a cluster's process group.
///
/// It reads from a pipe whose writing end only this process holds. The kernel closes that end however this process
/// ends, even by `kill -9`.
#[derive(Debug)]
pub(crate) struct Watcher {
    shell: Child,
    orders: Option<ChildStdin>,
}

impl Watcher {
    /// Starts the watcher. It removes the folder when the owner has ended.
    pub(crate) fn start(folder: &Path) -> io::Result<Self> {
        let mut shell = Command::new("sh");
        shell.args(["-c", include_str!("watcher.sh"), "flink-local-watcher"]).arg(folder).process_group(0);
        let mut shell = shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let orders = shell.stdin.take();
        Ok(Self { shell, orders })
    }

    /// The process group that the cluster's processes must join.
    pub(crate) fn group(&self) -> i32 {
        self.shell.id().cast_signed()
    }

    /// Names the processes that get time to end before the whole group is killed.
    pub(crate) fn watch(&mut self, processes: &[u32]) -> io::Result<()> {
        let ids: Vec<_> = processes.iter().map(u32::to_string).collect();
        self.order(&format!("processes {}\n", ids.join(" ")))
    }

    /// Makes the watcher keep the folder when it ends the processes.
    pub(crate) fn keep_folder(&mut self) -> io::Result<()> {
        self.order("keep-folder\n")
    }

    /// Makes the watcher end without touching processes and folder.
    pub(crate) fn keep_all(&mut self) -> io::Result<()> {
        self.order("keep-all\n")?;
        self.shell.wait().map(drop)
    }

    /// Makes the watcher end the cluster.
    pub(crate) fn dismiss(&mut self) {
        self.orders = None;
    }

    /// Tells if the watcher has finished.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.shell.try_wait(), Ok(None))
    }

    fn order(&mut self, order: &str) -> io::Result<()> {
        self.orders.as_mut().map_or(Ok(()), |orders| orders.write_all(order.as_bytes()))
    }
}
