//! Uploads and downloads of large files.

use std::{
    fs::{self, File},
    io::Write,
};

use anyhow::Result;

use super::*;

pub(super) const UPLOAD: Row = Row { name: "upload", about: "a jar of 300 MB", measure: upload };

pub(super) const DOWNLOAD: Row = Row { name: "download", about: "a log of 1 GB, to disk", measure: download };

/// Goals of both.
const GOALS: [Goal; 3] = [Goal::Times(1.05), Goal::Times(1.3), Goal::Limit(20e6)];

fn upload(bench: &Bench) -> Result<Vec<Line>> {
    let (url, jar) = (bench.server()?, bench.meter.folder.join("large.jar"));
    let megabytes = bench.rounds(30, 300);
    let mut file = File::create(&jar)?;
    for _ in 0..megabytes {
        // The first bytes of every jar.
        file.write_all(&b"PK\x03\x04flink\0".repeat(100_000))?;
    }
    drop(file);
    let path = jar.display().to_string();
    let ours = Contestant::new("flinkctl", [&bench.flinkctl, "--url", url, "jar", "upload", &path]);
    let theirs = curl([format!("-Fjarfile=@{path}"), format!("{url}/jars/upload")]);
    let mut lines = counterpart(bench, "upload", &ours, &theirs)?;
    let python = bench.python(["upload", url, &path])?;
    let taken = bench.meter.measure_in_turns(bench.rounds(1, 3), &[ours, python.clone()])?;
    for what in [WALL, CPU, MEMORY] {
        lines.push(line("upload", what, &taken[0], (python.name, &taken[1]), Goal::Known));
    }
    fs::remove_file(jar)?;
    Ok(lines)
}

fn download(bench: &Bench) -> Result<Vec<Line>> {
    let url = bench.server()?;
    let file = bench.meter.folder.join("large.log").display().to_string();
    let theirs = curl(["-o", &file, &format!("{url}/jobmanager/log")]);
    let lines = counterpart(bench, "download", &bench.bench("ours", ["download", url, &file]), &theirs)?;
    fs::remove_file(file)?;
    Ok(lines)
}

fn counterpart(
    bench: &Bench,
    row: &'static str,
    ours: &Contestant,
    theirs: &Contestant,
) -> Result<Vec<Line>> {
    let taken = bench.meter.measure_in_turns(bench.rounds(3, 9), &[ours.clone(), theirs.clone()])?;
    let lines = [WALL, CPU, MEMORY].into_iter().zip(GOALS);
    Ok(lines.map(|(what, goal)| line(row, what, &taken[0], (theirs.name, &taken[1]), goal)).collect())
}
