//! Files that somebody names: read up to a size, and pipes only for a while.

use std::{
    fs::{self, File, Metadata},
    io::{self, ErrorKind, Read},
    path::Path,
    sync::mpsc,
    thread,
    time::Duration,
};

/// The file as it is now; errors are those of opening and reading it. More than `most` bytes are an error.
///
/// Whoever opens a pipe waits for its writer, as long as this and not longer.
pub(super) fn read(path: &Path, most: u64, patience: Duration) -> io::Result<(Metadata, Vec<u8>)> {
    if !may_block(path) {
        return read_whole(path, most);
    }
    let (sender, receiver) = mpsc::channel();
    let owned = path.to_owned();
    // Nothing ends a thread that waits for a writer but the end of the process.
    thread::Builder::new().spawn(move || sender.send(read_whole(&owned, most)))?;
    let late = || {
        io::Error::new(ErrorKind::TimedOut, format!("nothing came out of it for {} s", patience.as_secs()))
    };
    receiver.recv_timeout(patience).map_err(|_| late())?
}

/// The same for async code, which may stop waiting earlier.
pub(super) async fn read_async(path: &Path, most: u64, patience: Duration) -> io::Result<Vec<u8>> {
    let path = path.to_owned();
    let read = tokio::task::spawn_blocking(move || read(&path, most, patience)).await;
    read.map_err(io::Error::other)?.map(|(_, bytes)| bytes)
}

/// Tells a pipe or a device, which may keep its reader waiting and can be read only once.
pub(super) fn may_block(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

fn read_whole(path: &Path, most: u64) -> io::Result<(Metadata, Vec<u8>)> {
    let file = File::open(path)?;
    // Of the file that is read, whatever has its name by now.
    let metadata = file.metadata()?;
    let mut bytes = Vec::new();
    match file.take(most.saturating_add(1)).read_to_end(&mut bytes)? as u64 > most {
        true => {
            Err(io::Error::new(ErrorKind::FileTooLarge, format!("it is longer than {} KiB", most / 1024)))
        }
        false => Ok((metadata, bytes)),
    }
}
