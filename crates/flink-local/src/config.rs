//! Configuration of a local cluster.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::version::is_first_generation;
use crate::{Distribution, Error};

/// Flink options by name.
pub(crate) type Options = BTreeMap<String, String>;

/// Flink's option for the number of slots of each TaskManager.
pub(crate) const SLOTS_OPTION: &str = "taskmanager.numberOfTaskSlots";

/// Name of the configuration folder inside a cluster's folder.
pub(crate) const CONF_FOLDER: &str = "conf";

/// Default options of a test cluster; the user's options override them.
pub(crate) fn defaults(folder: &Path, rpc_port: u16) -> Options {
    let below = |name: &str| folder.join(name).display().to_string();
    let uri = |name: &str| format!("file://{}", below(name));
    let options = [
        // All processes listen on the loopback interface only. Port 0 lets the system choose. The RPC port must be
        // fixed beforehand because TaskManagers need it before the JobManager runs.
        ("jobmanager.rpc.address", "127.0.0.1".to_owned()),
        ("jobmanager.bind-host", "127.0.0.1".to_owned()),
        ("jobmanager.rpc.port", rpc_port.to_string()),
        ("rest.address", "127.0.0.1".to_owned()),
        ("rest.bind-address", "127.0.0.1".to_owned()),
        ("rest.port", "0".to_owned()),
        ("taskmanager.host", "127.0.0.1".to_owned()),
        ("taskmanager.bind-host", "127.0.0.1".to_owned()),
        // All files lie in the cluster's folder, which is removed at the end.
        ("io.tmp.dirs", below("tmp")),
        ("blob.storage.directory", below("blobs")),
        ("web.tmpdir", below("tmp")),
        ("web.upload.dir", below("uploads")),
        ("state.checkpoints.dir", uri("checkpoints")),
        ("state.savepoints.dir", uri("savepoints")),
        // Flink's scripts compute these; without them, a TaskManager needs each one. The heap sizes add up to the -Xmx
        // in process.rs.
        ("taskmanager.cpu.cores", "2".to_owned()),
        ("taskmanager.memory.framework.heap.size", "128m".to_owned()),
        ("taskmanager.memory.framework.off-heap.size", "128m".to_owned()),
        ("taskmanager.memory.task.heap.size", "256m".to_owned()),
        ("taskmanager.memory.task.off-heap.size", "0m".to_owned()),
        ("taskmanager.memory.managed.size", "64m".to_owned()),
        ("taskmanager.memory.network.min", "64m".to_owned()),
        ("taskmanager.memory.network.max", "64m".to_owned()),
        ("taskmanager.memory.jvm-metaspace.size", "256m".to_owned()),
        ("taskmanager.memory.jvm-overhead.min", "192m".to_owned()),
        ("taskmanager.memory.jvm-overhead.max", "192m".to_owned()),
        (SLOTS_OPTION, "1".to_owned()),
        // Features that tests look at, and fresh metrics. In milliseconds, which all versions can parse.
        ("rest.flamegraph.enabled", "true".to_owned()),
        ("rest.profiling.enabled", "true".to_owned()),
        ("metrics.fetcher.update-interval", "1000".to_owned()),
        // TaskManagers start along with the JobManager: their retry must not wait the default 10 s. Failures are
        // noticed soon.
        ("cluster.registration.error-delay", "200".to_owned()),
        // The remoting has 10 s to start otherwise, which a busy machine may need more than. Its name up to 1.17, and since.
        ("akka.startup-timeout", "60 s".to_owned()),
        ("pekko.startup-timeout", "60 s".to_owned()),
        ("heartbeat.interval", "2000".to_owned()),
        ("heartbeat.timeout", "20000".to_owned()),
    ];
    options.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Tells if the REST API is served over TLS.
pub(crate) fn is_https(options: &Options) -> bool {
    options.get("security.ssl.rest.enabled").is_some_and(|enabled| enabled.eq_ignore_ascii_case("true"))
}

/// Writes the configuration folder.
pub(crate) fn write(folder: &Path, distribution: &Distribution, options: &Options) -> Result<(), Error> {
    let folder = folder.join(CONF_FOLDER);
    fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
    let file = folder.join(file_name(distribution.version()));
    fs::write(&file, text(distribution.version(), options)?).map_err(Error::io("write", &file))?;
    let file = folder.join("log4j.properties");
    fs::write(&file, include_str!("log4j.properties")).map_err(Error::io("write", &file))
}

fn file_name(version: &str) -> &'static str {
    if is_first_generation(version) { "flink-conf.yaml" } else { "config.yaml" }
}

fn text(version: &str, options: &Options) -> Result<String, Error> {
    options.iter().map(|(key, value)| line(version, key, value)).collect()
}

/// Formats one option. `flink-conf.yaml` is line-based and has no quotes; `config.yaml` is YAML.
fn line(version: &str, key: &str, value: &str) -> Result<String, Error> {
    if key.contains(char::is_control)
        || value.contains(char::is_control)
        || (is_first_generation(version) && value.contains('#'))
    {
        Err(Error::UnwritableOption { key: key.to_owned(), version: version.to_owned() })
    } else if is_first_generation(version) {
        Ok(format!("{key}: {value}\n"))
    } else {
        Ok(format!("{key}: '{}'\n", value.replace('\'', "''")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(value: &str) -> Options {
        Options::from([("rest.port".to_owned(), "0".to_owned()), ("some.key".to_owned(), value.to_owned())])
    }

    #[test]
    fn flink_1_gets_plain_lines() {
        assert_eq!(file_name("1.20.5"), "flink-conf.yaml");
        assert_eq!(text("1.20.5", &options("it's: a")).unwrap(), "rest.port: 0\nsome.key: it's: a\n");
    }

    #[test]
    fn flink_2_gets_yaml() {
        assert_eq!(file_name("2.0.2"), "config.yaml");
        assert_eq!(
            text("2.0.2", &options("it's #1: a")).unwrap(),
            "rest.port: '0'\nsome.key: 'it''s #1: a'\n"
        );
    }

    #[test]
    fn a_value_that_flink_1_would_truncate_is_refused() {
        let message = text("1.20.5", &options("a#b")).unwrap_err().to_string();
        assert!(message.contains("some.key") && message.contains("1.20.5"), "{message}");
    }

    #[test]
    fn everything_is_below_the_folder() {
        let options = defaults(Path::new("/cluster"), 6123);
        assert_eq!(options["jobmanager.rpc.port"], "6123");
        assert_eq!(options["state.savepoints.dir"], "file:///cluster/savepoints");
        assert_eq!(options["io.tmp.dirs"], "/cluster/tmp");
    }
}
