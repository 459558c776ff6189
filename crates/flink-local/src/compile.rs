//! Compiles Java sources into jars and runs them.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::process::opened_packages;
use crate::{Distribution, Error, Java};

impl Distribution {
    /// Compiles Java sources against this Flink into a job jar and returns its path.
    ///
    /// `main_class` becomes the jar's `Main-Class`. The class files run on Java 11 and later. The jar is replaced
    /// atomically: a process that reads an older one is not disturbed. Fails without a JDK, or if javac rejects the
    /// sources.
    pub fn compile(
        &self,
        sources: &[impl AsRef<Path>],
        main_class: &str,
        jar: impl Into<PathBuf>,
    ) -> Result<PathBuf, Error> {
        let jar = jar.into();
        let java = Java::find()?;
        let folder = jar.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        let work = tempfile::tempdir_in(folder).map_err(Error::io("write to", folder))?;
        let classes = work.path().join("classes");
        let unfinished = work.path().join("job.jar");

        let mut javac = Command::new(java.tool("javac")?);
        // -Xlint:-options: newer compilers warn about old releases.
        javac
            .args(["--release", "11", "-Xlint:-options", "-cp"])
            .arg(self.class_path())
            .arg("-d")
            .arg(&classes);
        run(javac.args(sources.iter().map(AsRef::as_ref)), "javac", &jar)?;

        let mut archiver = Command::new(java.tool("jar")?);
        archiver.args(["--create", "--main-class", main_class, "--file"]).arg(&unfinished);
        run(archiver.arg("-C").arg(&classes).arg("."), "jar", &jar)?;

        fs::rename(&unfinished, &jar).map_err(Error::io("create", &jar))?;
        Ok(jar)
    }

    /// Runs a class of such a jar in its own Java process, without a cluster, and returns its output. Its temporary
    /// files are removed when it ends.
    pub fn run(
        &self,
        jar: impl AsRef<Path>,
        main_class: &str,
        arguments: impl IntoIterator<Item: AsRef<OsStr>>,
    ) -> Result<String, Error> {
        let jar = jar.as_ref();
        let mut class_path = self.class_path();
        class_path.push(":");
        class_path.push(jar);
        let temporary = tempfile::tempdir().map_err(Error::io("write to", &env::temp_dir()))?;
        let mut java = Command::new(Java::find()?.program());
        java.arg(format!("-Djava.io.tmpdir={}", temporary.path().display()));
        java.args(opened_packages()).arg("-cp").arg(class_path).arg(main_class).args(arguments);
        run(&mut java, "java", jar)
    }
}

/// Runs a program and returns its standard output.
fn run(command: &mut Command, tool: &'static str, jar: &Path) -> Result<String, Error> {
    let result = command.stdin(Stdio::null()).output().map_err(Error::io("run", Path::new(tool)))?;
    if result.status.success() {
        return Ok(String::from_utf8_lossy(&result.stdout).into_owned());
    }
    let output = [result.stderr, result.stdout].concat();
    Err(Error::Tool { tool, jar: jar.to_owned(), output: String::from_utf8_lossy(&output).into_owned() })
}
