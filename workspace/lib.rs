//! The folder of this project, as the project's own commands and tests see it.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The folder of the clone whose command or test this is.
///
/// Cargo says so when it runs something. What it said at build time may be another clone: two that share a
/// `CARGO_TARGET_DIR` share what is built.
pub fn root() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let package = package.or_else(|| env::current_dir().ok()).unwrap_or_default();
    root_of(&package).unwrap_or(package)
}

/// The nearest folder around a package that holds the lock file.
fn root_of(package: &Path) -> Option<PathBuf> {
    package.ancestors().find(|folder| folder.join("Cargo.lock").is_file()).map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_that_of_the_command_not_of_the_build() {
        let clone = env::temp_dir().join(format!("flink-workspace-{}", std::process::id()));
        let package = clone.join("crates/one");
        std::fs::create_dir_all(&package).unwrap();
        std::fs::write(clone.join("Cargo.lock"), "").unwrap();
        let found = root_of(&package);
        std::fs::remove_dir_all(&clone).unwrap();
        assert_eq!(found, Some(clone));
        assert!(root().join("workspace/lib.rs").is_file());
    }
}
