//! Nothing of a cluster outlives its owner: a shell waits for the owner's end and then ends the cluster.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// The leader of a cluster's process group.
///
/// It reads from a pipe of which only this process holds the writing end. The kernel closes that end whatever way
/// this process ends, `kill -9` included.
#[derive(Debug)]
pub(crate) struct Watcher {
    shell: Child,
    orders: Option<ChildStdin>,
}

impl Watcher {
    /// Starts to watch; once nobody owns the cluster any more, its folder is removed too.
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

    /// Tells which processes get time to end before the whole group is killed.
    pub(crate) fn watch(&mut self, processes: &[u32]) -> io::Result<()> {
        let ids: Vec<_> = processes.iter().map(u32::to_string).collect();
        self.order(&format!("processes {}\n", ids.join(" ")))
    }

    /// Leaves the folder where it is when the processes are ended.
    pub(crate) fn keep_folder(&mut self) -> io::Result<()> {
        self.order("keep-folder\n")
    }

    /// Leaves processes and folder alone for ever; the watcher itself ends.
    pub(crate) fn keep_all(&mut self) -> io::Result<()> {
        self.order("keep-all\n")?;
        self.shell.wait().map(drop)
    }

    /// Begins to end the cluster.
    pub(crate) fn dismiss(&mut self) {
        self.orders = None;
    }

    /// Whether the watcher has done its work.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.shell.try_wait(), Ok(None))
    }

    fn order(&mut self, order: &str) -> io::Result<()> {
        self.orders.as_mut().map_or(Ok(()), |orders| orders.write_all(order.as_bytes()))
    }
}
