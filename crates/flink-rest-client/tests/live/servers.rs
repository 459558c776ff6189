//! Third-party servers in front of a cluster. `cargo xtask test` installs them; without one, its tests fail.

use std::{
    env,
    fs::{self, File},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// Runs a program until it ends or standard input closes.
const RUN: &str = r#"exec 3<&0; "$@" 3<&- & program=$!; { read -r _ <&3; kill $program; } & wait $program"#;

/// A running server that ends with its owner, even if that is killed.
pub(crate) struct Server {
    shell: Child,
    port: u16,
    folder: TempDir,
}

impl Server {
    /// Starts nginx with these `server { … }` blocks, given a port and a folder. Its log contains the connection of
    /// each request.
    pub(crate) fn nginx(servers: impl Fn(u16, &Path) -> String) -> Self {
        Self::start("nginx", |port, folder| {
            let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map(|kind| format!("{kind}_temp_path {}/{kind};", folder.display()));
            let config = format!(
                "daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
                events {{}}
                http {{
                    {temporary}
                    log_format connections '$connection $request';
                    access_log {folder}/access.log connections;
                    {servers}
                }}",
                folder = folder.display(),
                temporary = temporary.concat(),
                servers = servers(port, folder)
            );
            fs::write(folder.join("nginx.conf"), config).unwrap();
            let folder = folder.display();
            format!("-p {folder} -e {folder}/error.log -c {folder}/nginx.conf")
        })
    }

    /// Starts an HTTP proxy for the user `me` with the password `s3cret`.
    pub(crate) fn tinyproxy() -> Self {
        Self::start("tinyproxy", |port, folder| {
            let config = format!(
                "Listen 127.0.0.1\nPort {port}\nBasicAuth me s3cret\nLogFile \"{folder}/access.log\"\nLogLevel Connect\n",
                folder = folder.display()
            );
            fs::write(folder.join("tinyproxy.conf"), config).unwrap();
            format!("-d -c {}/tinyproxy.conf", folder.display())
        })
    }

    /// Starts a SOCKS5 proxy for the user `me` with the password `s3cret`.
    pub(crate) fn microsocks() -> Self {
        Self::start("microsocks", |port, _| format!("-i 127.0.0.1 -p {port} -u me -P s3cret"))
    }

    /// Starts a server on a free port and waits until it listens.
    fn start(program: &str, arguments: impl Fn(u16, &Path) -> String) -> Self {
        // Another process may take the port meanwhile.
        (0..3)
            .find_map(|_| Self::start_once(program, &arguments))
            .unwrap_or_else(|| panic!("{program} ends at once"))
    }

    fn start_once(program: &str, arguments: impl Fn(u16, &Path) -> String) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let arguments = arguments(port, folder.path());
        // On some systems only root's PATH has these.
        let path = format!("{}:/usr/sbin:/usr/local/sbin", env::var("PATH").unwrap());
        let errors = File::create(folder.path().join("stderr")).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", RUN, program]).arg(program).args(arguments.split(' ')).env("PATH", path);
        let shell = shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(errors).spawn().unwrap();
        let mut server = Self { shell, port, folder };
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            match server.shell.try_wait().unwrap().and_then(|status| status.code()) {
                Some(127) => panic!("there is no {program}; `cargo xtask test` installs it"),
                Some(_) => return None,
                None => {}
            }
            assert!(Instant::now() < deadline, "{program} does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        Some(server)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// A file in the folder of the server.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The server's log.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.file("access.log")).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}
