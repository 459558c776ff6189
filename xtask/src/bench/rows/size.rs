//! Size of the released program, and cost of a build.

use std::{fs, process::Command};

use anyhow::Result;

use super::*;

pub(super) const ROW: Row =
    Row { name: "size", about: "the program, and a build of it from nothing", measure };

fn measure(bench: &Bench) -> Result<Vec<Line>> {
    let alone = |what, unit, ours: f64, goal| Line {
        row: "size",
        what,
        unit,
        ours: ours.into(),
        counterpart: None,
        goal,
    };
    let size = fs::metadata(&bench.flinkctl)?.len() as f64;
    let tree = "tree --package flinkctl --edges normal,build --prefix none --no-dedupe --locked";
    let tree = Command::new(env!("CARGO")).args(tree.split(' ')).output()?.stdout;
    let tree = String::from_utf8_lossy(&tree);
    let mut packages: Vec<_> = tree.lines().filter(|line| !line.contains('/')).collect();
    packages.sort_unstable();
    packages.dedup();
    let mut lines = vec![
        alone("flinkctl", Unit::Bytes, size, Goal::Limit(10e6)),
        alone("dependencies", Unit::Count, packages.len() as f64, Goal::Known),
    ];
    if !bench.quick && !bench.built {
        let folder = bench.meter.folder.join("clean-build");
        let _ = fs::remove_dir_all(&folder);
        let target = folder.display().to_string();
        let build =
            ["build", "--profile", "dist", "--package", "flinkctl", "--locked", "--target-dir", &target];
        let cargo = Contestant::new("cargo", [env!("CARGO")].into_iter().chain(build));
        let Usage { cpu, wall, .. } = bench.meter.once(&cargo)?;
        lines.push(alone("clean build, CPU", Unit::Seconds, cpu, Goal::Known));
        lines.push(alone("clean build, wall", Unit::Seconds, wall, Goal::Known));
        fs::remove_dir_all(&folder)?;
    }
    Ok(lines)
}
