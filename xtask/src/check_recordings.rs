//! Checks that the client's types lose nothing of recorded responses.

use std::path::PathBuf;

use anyhow::{Result, bail};
use flink_recordings::{Recording, files};

#[derive(clap::Args)]
pub struct Arguments {
    /// A folder of recordings made by `cargo xtask record`
    folder: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let files = files(&arguments.folder)?;
    if files.is_empty() {
        bail!("there is no recording in {}; make some with: cargo xtask record", arguments.folder.display());
    }
    let mut wrong = 0;
    for file in &files {
        let faults = match Recording::read(file) {
            Ok(recording) => recording.faults(),
            Err(error) => vec![format!("{error:#}")],
        };
        if !faults.is_empty() {
            wrong += 1;
            println!("{}", file.display());
            faults.iter().for_each(|fault| println!("    {fault}"));
        }
    }
    match wrong {
        0 => println!("{} recordings: the client keeps all of them.", files.len()),
        _ => bail!("the client is wrong about {wrong} of {} recordings", files.len()),
    }
    Ok(())
}
