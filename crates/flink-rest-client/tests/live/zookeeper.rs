//! A ZooKeeper from the Flink distribution.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use flink_local::{Distribution, Java};

/// Ends with this process, whatever the cause: a shell waits until its input closes, which only this process holds
/// open.
pub(crate) struct ZooKeeper {
    shell: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl ZooKeeper {
    pub(crate) fn start(distribution: &Distribution) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let configuration = folder.path().join("zoo.cfg");
        let settings = format!(
            "tickTime=1000\nclientPortAddress=127.0.0.1\nclientPort={}\ndataDir={}\nserver.1=localhost:1:2\n",
            address.port(),
            folder.path().join("data").display(),
        );
        fs::write(&configuration, settings).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", r#""$@" & cat; kill -9 $!"#, "sh"]).arg(Java::find().unwrap().program());
        shell.args(["-Xmx64m", "-XX:+UseSerialGC", "-cp"]).arg(distribution.class_path());
        shell.arg("org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer");
        shell.args(["--peerId", "1", "--zkConfigFile"]).arg(configuration);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let shell = shell.spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "ZooKeeper does not listen at {address}");
            thread::sleep(Duration::from_millis(50));
        }
        Self { shell, address: address.to_string(), _folder: folder }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for ZooKeeper {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // The shell only ends.
        let _ = self.shell.wait();
    }
}
