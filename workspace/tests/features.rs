//! Cargo builds a crate once for each set of its features. `cargo xtask` and the tests use the same sets, so that each crate is
//! built once for both.

use std::{collections::BTreeSet, process::Command};

#[test]
fn xtask_and_the_tests_use_the_same_features() {
    let (xtask, all) = (features(&["--package=xtask", "--edges=normal,build"]), features(&["--workspace"]));
    let others: Vec<_> = xtask.difference(&all).collect();
    assert!(xtask.len() > 100, "{xtask:?}");
    assert!(others.is_empty(), "xtask/Cargo.toml lacks features that the workspace needs of: {others:#?}");
}

/// Each package of a selection with its features.
fn features(selection: &[&str]) -> BTreeSet<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.args(["tree", "--offline", "--prefix=none", "--no-dedupe", "--format={p} {f}"]).args(selection);
    let output = tree.current_dir(flink_workspace::root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}
