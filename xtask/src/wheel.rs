//! The Python package: built, and tested in virtual environments of its own.

use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, anyhow};
use flink_local::{Distribution, Flink, Progress};

use crate::{cargo, setup, timed};

/// What the package is built and tested with. Pythons, from the oldest to the newest that one wheel is for.
const MATURIN: &str = "maturin==1.16.0";
const PYTEST: &str = "pytest==8.4.*";
const CHECKERS: [&str; 2] = ["mypy==1.18.*", "pyright==1.1.414"];
const OLD_PACKAGE: &str = "flink-rest-client==1.0.8";
const PYTHONS: [&str; 5] = ["3.9", "3.10", "3.11", "3.12", "3.13"];
const NO_PYTHON: &str = "there is no Python 3.9 to 3.13 with its module venv: install one";

/// The releases on which it is compared with the old package.
const FLINKS: &[&str] = &["2.3.0", "1.20.5"];

#[derive(clap::Args)]
pub struct Arguments {
    /// The releases for the live tests [default: 2.3.0,1.20.5; with --unpacked 2.3.0]
    #[arg(long, value_name = "VERSION", value_delimiter = ',')]
    flink: Vec<String>,
    /// Leave out what needs a real Flink
    #[arg(long)]
    without_flink: bool,
    /// Test the sources and what `cargo test` has built instead, without a wheel, type checkers and most Pythons
    #[arg(long)]
    unpacked: bool,
    /// Puts into docs/python-parity.md how the old package differs
    #[arg(long)]
    write: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let mut pythons = pythons();
    let newest = pythons.last().cloned().context(NO_PYTHON)?;
    let environment = if arguments.unpacked {
        if pythons.len() > 2 {
            pythons.drain(1..pythons.len() - 1);
        }
        test(&Package::Folder(unpack()?), &pythons)?
    } else {
        let package = Package::Wheel(build(&newest)?);
        let environment = test(&package, &pythons)?;
        check_types(&environment)?;
        environment
    };
    if arguments.without_flink {
        return Ok(());
    }
    setup::jdk()?;
    let old = Environment::fresh("old-package", &newest)?;
    old.install(&[OLD_PACKAGE])?;
    let usual = if arguments.unpacked { &[flink_local::NEWEST][..] } else { FLINKS };
    let asked: Vec<_> = arguments.flink.iter().map(String::as_str).collect();
    let flinks = if asked.is_empty() { usual } else { &asked };
    flinks.iter().try_for_each(|version| live(&environment, &old, version, arguments.write))
}

/// What is tested.
enum Package {
    /// A file for pip.
    Wheel(String),
    /// A folder that holds the package.
    Folder(PathBuf),
}

/// Tests the package with these Pythons, and returns the environment of the last.
fn test(package: &Package, pythons: &[PathBuf]) -> Result<Environment> {
    let mut last = Err(anyhow!(NO_PYTHON));
    for python in pythons {
        let environment = Environment::fresh("package", python)?;
        match package {
            Package::Wheel(wheel) => environment.install(&[wheel, PYTEST])?,
            Package::Folder(folder) => {
                environment.install(&[PYTEST]).and_then(|()| environment.add(folder))?
            }
        }
        environment.run("-m pytest -q -m", &["not live"], &[])?;
        last = Ok(environment);
    }
    last
}

fn check_types(environment: &Environment) -> Result<()> {
    environment.install(&CHECKERS)?;
    for checked in ["examples", "-p flink_rest_client"] {
        environment.run(&format!("-m mypy --strict {checked}"), &[], &[])?;
    }
    let python = environment.python();
    environment.run("-m pyright --warnings examples --pythonpath", &[&python.to_string_lossy()], &[])
}

/// The live tests, on a cluster of this release.
fn live(environment: &Environment, old: &Environment, version: &str, write: bool) -> Result<()> {
    let distribution = Distribution::obtain(version, Progress::Stderr)?;
    let jars = [flink_jobs::word_count(&distribution)?, flink_jobs::streaming_job(&distribution)?];
    let jars = jars.first().and_then(|jar| jar.parent()).context("a jar in a folder")?.canonicalize()?;
    let cluster =
        Flink::from(distribution).taskmanagers(1).slots(8).config("web.refresh-interval", "100").start()?;
    let old = old.python();
    let settings = [
        ("FLINK_URL", cluster.url()),
        ("FLINK_VERSION", version),
        ("FLINK_JARS", &jars.to_string_lossy()),
        ("OLD_PYTHON", &old.to_string_lossy()),
        ("WRITE_PARITY", if write { "1" } else { "" }),
    ];
    environment.run("-m pytest -q -m live", &[], &settings)?;
    cluster.stop()?;
    Ok(())
}

/// A folder with the Python sources, and the native part that shares its build with the tests.
fn unpack() -> Result<PathBuf> {
    // A derive that is built for its own sake is another than the one that the tests use.
    cargo("build --workspace --exclude flink-rest-macros --lib", &[])?;
    let root = flink_workspace::root();
    let folder = root.join("target/wheel/unpacked");
    let package = folder.join("flink_rest_client");
    let _ = fs::remove_dir_all(&package);
    fs::create_dir_all(&package)?;
    for source in fs::read_dir(root.join("bindings/python/python/flink_rest_client"))? {
        let source = source?;
        symlink(source.path(), package.join(source.file_name()))?;
    }
    let library = format!("{}_native{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let built = env::current_exe()?.with_file_name(library);
    fs::copy(&built, package.join("_native.abi3.so")).with_context(|| built.display().to_string())?;
    Ok(folder)
}

/// The wheel, and beside it a source distribution.
fn build(python: &Path) -> Result<String> {
    let environment = Environment::fresh("build", python)?;
    environment.install(&[MATURIN])?;
    let dist = flink_workspace::root().join("target/wheel/dist");
    let _ = fs::remove_dir_all(&dist);
    // The wheel is made from the source distribution, so both are good if it is. Its files are dated long ago: cargo
    // would take what it built before for newer.
    cargo("clean --release -p flink-rest-macros -p flink-rest-client -p flink-rest-client-python", &[])?;
    let target = flink_workspace::root().join("target");
    environment.run(
        "-m maturin build --release --sdist --out",
        &[&dist.to_string_lossy()],
        &[("CARGO_TARGET_DIR", &target.to_string_lossy())],
    )?;
    let wheel = fs::read_dir(dist)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"));
    Ok(wheel.context("maturin made no wheel")?.to_string_lossy().into_owned())
}

/// A virtual environment.
struct Environment(PathBuf);

impl Environment {
    fn fresh(name: &str, python: &Path) -> Result<Self> {
        let folder = flink_workspace::root().join("target/wheel").join(name);
        let shown = format!("{} -m venv {name}", python.display());
        timed(&shown, Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder))?;
        Ok(Self(folder))
    }

    fn python(&self) -> PathBuf {
        self.0.join("bin/python")
    }

    fn install(&self, packages: &[&str]) -> Result<()> {
        self.run("-m pip install --quiet --disable-pip-version-check", packages, &[])
    }

    /// Lets Python find the packages in a folder.
    fn add(&self, folder: &Path) -> Result<()> {
        let versions = fs::read_dir(self.0.join("lib"))?.filter_map(|entry| Some(entry.ok()?.path()));
        for version in versions {
            fs::write(version.join("site-packages/unpacked.pth"), folder.as_os_str().as_encoded_bytes())?;
        }
        Ok(())
    }

    /// Runs Python in the folder of the package.
    fn run(&self, arguments: &str, more: &[&str], environment: &[(&str, &str)]) -> Result<()> {
        let shown = format!("python {arguments} {}", more.join(" "));
        let mut command = Command::new(self.python());
        command.args(arguments.split(' ')).args(more).envs(environment.iter().copied());
        timed(
            shown.trim_end(),
            command.current_dir(flink_workspace::root().join("bindings/python")).env("VIRTUAL_ENV", &self.0),
        )
    }
}

/// The Pythons that are here, oldest first: on the path, or installed by pyenv.
fn pythons() -> Vec<PathBuf> {
    PYTHONS.iter().filter_map(|version| python(version)).collect()
}

fn python(version: &str) -> Option<PathBuf> {
    let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".pyenv"));
    let pyenv = env::var_os("PYENV_ROOT").map(PathBuf::from).or_else(home);
    let folders = pyenv.and_then(|pyenv| fs::read_dir(pyenv.join("versions")).ok()).into_iter().flatten();
    let installed = folders
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|folder| {
            folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&format!("{version}.")))
        })
        .map(|folder| folder.join("bin/python"));
    [format!("python{version}").into(), "python3".into()]
        .into_iter()
        .chain(installed)
        .find(|python| is(python, version))
}

/// Whether it is this Python, and can make virtual environments.
fn is(python: &Path, version: &str) -> bool {
    let question = "import ensurepip, sys; print('%d.%d' % sys.version_info[:2])";
    let answer = Command::new(python).args(["-c", question]).output();
    answer.is_ok_and(|answer| String::from_utf8_lossy(&answer.stdout).trim() == version)
}
