//! Certificates made with keytool and openssl, the usual tools.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use flink_local::{Flink, Java};

const PASSWORD: &str = "password";

/// A folder with certificates, keys and Java key stores.
pub(crate) struct Stores(tempfile::TempDir);

impl Stores {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Creates `rest.p12` with the key of a local cluster, and `rest.pem` with its certificate.
    pub(crate) fn cluster(&self) {
        self.keytool(
            "-genkeypair -alias rest -keyalg RSA -dname CN=flink -ext SAN=dns:localhost,ip:127.0.0.1",
            "rest.p12",
        );
        self.keytool("-exportcert -rfc -alias rest -file rest.pem", "rest.p12");
    }

    /// Adds the certificate in this file to the trust store `trusted.p12`.
    pub(crate) fn trust(&self, certificate: &str) {
        self.keytool(
            &format!("-importcert -noprompt -alias {certificate} -file {certificate}"),
            "trusted.p12",
        );
    }

    fn keytool(&self, arguments: &str, store: &str) {
        let keytool = Java::find().unwrap().program().with_file_name("keytool");
        self.run(&keytool, &format!("{arguments} -keystore {store} -storetype PKCS12 -storepass {PASSWORD}"));
    }

    /// Creates a self-signed `NAME.pem` and its `NAME.key` in PKCS#8, for a local server or a client.
    pub(crate) fn self_signed(&self, name: &str) {
        let subject = format!("-subj /CN={name} -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -days 2");
        self.openssl(&format!(
            "req -x509 -newkey rsa:2048 -nodes {subject} -keyout {name}.key -out {name}.pem"
        ));
    }

    pub(crate) fn openssl(&self, arguments: &str) {
        self.run(Path::new("openssl"), arguments);
    }

    fn run(&self, program: &Path, arguments: &str) {
        let output = Command::new(program).args(arguments.split(' ')).current_dir(self.0.path()).output();
        let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        assert!(output.status.success(), "{} {arguments}: {output:?}", program.display());
    }

    /// Configures TLS for a cluster. It trusts its own certificate, or those in `trusted.p12` if that exists.
    pub(crate) fn secure(&self, flink: Flink) -> Flink {
        let trusted = ["trusted.p12", "rest.p12"].map(|name| self.path(name));
        let trusted = trusted.iter().find(|path| fs::exists(path).unwrap()).unwrap();
        // Flink 1.17, and 1.18 and 1.19 with mutual authentication, otherwise offer a single, outdated cipher suite for
        // the REST API. Other releases offer Java's defaults.
        flink
            .config("security.ssl.algorithms", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
            .config("security.ssl.rest.enabled", "true")
            .config("security.ssl.rest.keystore", self.path("rest.p12").display().to_string())
            .config("security.ssl.rest.keystore-password", PASSWORD)
            .config("security.ssl.rest.key-password", PASSWORD)
            .config("security.ssl.rest.truststore", trusted.display().to_string())
            .config("security.ssl.rest.truststore-password", PASSWORD)
    }
}
