//! Reading of files and pipes with a bound on their size and a timeout.

use std::{
    fs::{self, File, Metadata},
    io::{self, ErrorKind, Read},
    path::Path,
    sync::mpsc,
    thread,
    time::Duration,
};

/// Reads a file. More than `max` bytes are an error.
///
/// Opening a pipe blocks until it has a writer: `timeout` bounds that.
pub(super) fn read(path: &Path, max: u64, timeout: Duration) -> io::Result<(Metadata, Vec<u8>)> {
    if !may_block(path) {
        return read_whole(path, max);
    }
    let (sender, receiver) = mpsc::channel();
    let owned = path.to_owned();
    // A thread that waits for a writer lives until the process ends.
    thread::Builder::new().spawn(move || sender.send(read_whole(&owned, max)))?;
    let late = || io::Error::new(ErrorKind::TimedOut, format!("no data for {} s", timeout.as_secs()));
    receiver.recv_timeout(timeout).map_err(|_| late())?
}

/// Reads a file without blocking; dropping the future stops the wait.
pub(super) async fn read_async(path: &Path, max: u64, timeout: Duration) -> io::Result<Vec<u8>> {
    let path = path.to_owned();
    let read = tokio::task::spawn_blocking(move || read(&path, max, timeout)).await;
    read.map_err(io::Error::other)?.map(|(_, bytes)| bytes)
}

/// Returns true for a pipe or a device, which may block and can be read only once.
pub(super) fn may_block(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

fn read_whole(path: &Path, max: u64) -> io::Result<(Metadata, Vec<u8>)> {
    let file = File::open(path)?;
    // The metadata of the open file: another file may have its name by now.
    let metadata = file.metadata()?;
    let mut bytes = Vec::new();
    match file.take(max.saturating_add(1)).read_to_end(&mut bytes)? as u64 > max {
        true => Err(io::Error::new(ErrorKind::FileTooLarge, format!("it is longer than {} KiB", max / 1024))),
        false => Ok((metadata, bytes)),
    }
}
