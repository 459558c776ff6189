//! TLS: trusted certificates, the client's certificate, and explanations of failed handshakes.

use std::{
    borrow::Cow,
    error::Error as StdError,
    fmt,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use rustls::{
    AlertDescription as Alert, CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore,
    SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::{
    Error, Result,
    error::{TlsFailure, WANTS_IDENTITY, WRONG_PORT},
    value::stack_trace::printable,
};

/// Certificates or a private key in PEM format: bytes, text, or a [file](Self::file).
#[derive(Clone)]
pub struct Pem(Source);

#[derive(Clone)]
enum Source {
    Text(Vec<u8>),
    File(PathBuf),
}

impl Pem {
    /// The content of this file when the client is built. It must be a regular file of at most 4 MiB.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(path.into()))
    }

    fn read(&self, setting: &str) -> Result<Cow<'_, [u8]>> {
        match &self.0 {
            Source::Text(text) => Ok(text.into()),
            Source::File(path) => {
                read(path).map(Cow::from).map_err(|error| self.refused(setting, error.to_string()))
            }
        }
    }

    fn certificates(&self, setting: &str) -> Result<Vec<CertificateDer<'static>>> {
        let text = self.read(setting)?;
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
        let found = found.map_err(|_| self.refused(setting, DAMAGED_BLOCK))?;
        if found.is_empty() {
            return Err(self.refused(setting, lacks("certificate", &text)));
        }
        Ok(found)
    }

    fn key(&self, setting: &str) -> Result<PrivateKeyDer<'static>> {
        let text = self.read(setting)?;
        // PKCS#8 marks encrypted keys by the label, the older formats by a header.
        if ["BEGIN ENCRYPTED", "4,ENCRYPTED"].iter().any(|mark| contains(&text, mark)) {
            return Err(self.refused(setting, ENCRYPTED_KEY));
        }
        let found = PrivateKeyDer::pem_slice_iter(&text).next();
        let found = found.ok_or_else(|| self.refused(setting, lacks("private key", &text)))?;
        found.map_err(|_| self.refused(setting, DAMAGED_BLOCK))
    }

    fn refused(&self, setting: &str, reason: impl Into<String>) -> Error {
        match &self.0 {
            Source::Text(_) => Error::setting(setting, reason),
            Source::File(path) => Error::File { path: path.clone(), reason: reason.into(), sent: false },
        }
    }
}

/// Maximum size of a PEM file. The certificates of all public authorities take 250 KiB.
const MAX_FILE_BYTES: u64 = 4 << 20;

fn read(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe would wait for its writer.
    let kind = fs::metadata(path)?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut text = Vec::new();
    match File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut text)? as u64 > MAX_FILE_BYTES {
        true => Err(io::Error::other("it is larger than 4 MiB, too large for certificates or a key")),
        false => Ok(text),
    }
}

const DAMAGED_BLOCK: &str = "it contains a PEM block that is truncated or damaged";
const ENCRYPTED_KEY: &str =
    "the key is encrypted, which is not supported: decrypt it with `openssl pkey -in FILE -out DECRYPTED`";

fn lacks(what: &str, text: &[u8]) -> String {
    match contains(text, "-----BEGIN ") {
        true => format!("it contains no {what}, only other PEM blocks"),
        false => format!(
            "it contains no {what}: it is not in PEM format, with lines that begin with -----BEGIN; convert it with \
             openssl, and name a file with Pem::file(…)"
        ),
    }
}

fn contains(text: &[u8], mark: &str) -> bool {
    text.windows(mark.len()).any(|window| window == mark.as_bytes())
}

impl<T: Into<Vec<u8>>> From<T> for Pem {
    fn from(text: T) -> Self {
        Self(Source::Text(text.into()))
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Text(_) => f.write_str("Pem(…)"),
            Source::File(path) => f.debug_tuple("Pem").field(path).finish(),
        }
    }
}

/// The TLS settings.
#[derive(Debug, Default)]
pub(crate) struct Tls {
    pub(crate) authorities: Vec<Pem>,
    pub(crate) identity: Option<Identity>,
}

/// The client's certificate with its intermediate certificates, and its key.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) certificates: Pem,
    pub(crate) key: Pem,
}

const AUTHORITY: &str = "ca_certificate";
const IDENTITY: &str = "client_certificate";

impl Tls {
    /// The rustls configuration. The system's root certificates are read only for https: plain http must not pay for
    /// them.
    pub(crate) fn config(&self, https: bool) -> Result<ClientConfig> {
        let provider = Arc::new(ring::default_provider());
        let refused = |error: rustls::Error| Error::setting("https", format!("it cannot be set up: {error}"));
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(refused)?;
        let builder = if !self.authorities.is_empty() {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(self.given(provider)?))
        } else if https {
            builder.with_platform_verifier().map_err(refused)?
        } else {
            builder.with_root_certificates(RootCertStore::empty())
        };
        let Some(Identity { certificates, key }) = &self.identity else {
            return Ok(builder.with_no_client_auth());
        };
        let chain = certificates.certificates(IDENTITY)?;
        builder.with_client_auth_cert(chain, key.key(IDENTITY)?).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                key.refused(IDENTITY, "the key does not belong to the certificate")
            }
            rustls::Error::InvalidCertificate(error) => {
                certificates.refused(IDENTITY, format!("the certificate cannot be used: {error}"))
            }
            error => key.refused(IDENTITY, format!("the key cannot be used: {error}")),
        })
    }

    fn given(&self, provider: Arc<CryptoProvider>) -> Result<Given> {
        let (mut roots, mut certificates) = (RootCertStore::empty(), Vec::new());
        for pem in &self.authorities {
            for certificate in pem.certificates(AUTHORITY)? {
                roots.add(certificate.clone()).map_err(|error| {
                    pem.refused(AUTHORITY, format!("a certificate in it cannot be used: {error}"))
                })?;
                certificates.push(certificate);
            }
        }
        let authorities = WebPkiServerVerifier::builder_with_provider(roots.into(), provider).build();
        let authorities = authorities.map_err(|error| Error::setting(AUTHORITY, error.to_string()))?;
        Ok(Given { authorities, certificates })
    }
}

/// Trusts the given certificates instead of the system's: as authorities, and as certificates of servers.
///
/// OpenSSL, and so curl, do the latter as well. Self-signed certificates of servers are often marked as authorities,
/// and rustls accepts no authority as a server.
#[derive(Debug)]
struct Given {
    authorities: Arc<WebPkiServerVerifier>,
    certificates: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Given {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match self.authorities.verify_server_cert(certificate, between, name, ocsp, now) {
            // rustls has checked the validity period before this error, but not the name.
            Err(error) if is_authority(&error) && self.certificates.contains(certificate) => {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.authorities.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.authorities.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authorities.supported_verify_schemes()
    }
}

/// Returns true if a server's certificate was refused because it is marked as an authority.
fn is_authority(error: &rustls::Error) -> bool {
    matches!(error, rustls::Error::InvalidCertificate(CertificateError::Other(_)))
        && error.to_string().contains("CaUsedAsEndEntity")
}

impl TlsFailure {
    /// Explains the TLS error among an error and its sources, if there is one.
    pub(crate) fn behind(error: &(dyn StdError + 'static)) -> Option<Self> {
        std::iter::successors(Some(error), |&error| error.source()).find_map(tls_error).map(explain)
    }

    /// Returns true if the server refused the client's certificate. In TLS 1.3, it does so after the handshake.
    pub(crate) fn is_refused_by_server(&self) -> bool {
        self.hint == WANTS_IDENTITY
    }
}

/// Finds the TLS error in an error. I/O errors do not list the error that they wrap among their sources.
fn tls_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    let held = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error.downcast_ref().or_else(|| held.and_then(|held| tls_error(held)))
}

const WANTS_AUTHORITY: &str =
    "give the certificate of its authority, or of the server itself, with ca_certificate(…)";

fn explain(error: &rustls::Error) -> TlsFailure {
    use rustls::Error::{AlertReceived, InvalidCertificate};
    let (reason, hint) = match error {
        InvalidCertificate(error) => certificate(error),
        AlertReceived(
            alert @ (Alert::CertificateRequired
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::DecryptError
            | Alert::AccessDenied),
        ) => (
            format!("the server refuses the client's certificate, or requires one ({alert:?})"),
            WANTS_IDENTITY,
        ),
        AlertReceived(
            alert @ (Alert::HandshakeFailure | Alert::ProtocolVersion | Alert::InsufficientSecurity),
        ) => (
            format!("the server and the client have no TLS version or cipher in common ({alert:?})"),
            "enable TLS 1.2 or 1.3 on the server, with ECDHE and GCM or ChaCha20; for Flink 1.17 to 1.19, set `security.ssl.algorithms: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`",
        ),
        other => (other.to_string(), WRONG_PORT),
    };
    TlsFailure { reason, hint }
}

/// Explains an error about the server's certificate: the reason and a hint.
fn certificate(error: &CertificateError) -> (String, &'static str) {
    use CertificateError::{
        BadSignature, ExpiredContext, NotValidForNameContext, NotValidYetContext, UnknownIssuer,
    };
    const RENEW_CERTIFICATE: &str = "renew the server's certificate, and check the clocks";
    match error {
        // `BadSignature`: another authority of the same name is trusted.
        UnknownIssuer | BadSignature => {
            ("the server's certificate is not from a trusted authority".into(), WANTS_AUTHORITY)
        }
        ExpiredContext { not_after, .. } => {
            (format!("the server's certificate expired at {}", date(*not_after)), RENEW_CERTIFICATE)
        }
        NotValidYetContext { not_before, .. } => {
            (format!("the server's certificate is not valid before {}", date(*not_before)), RENEW_CERTIFICATE)
        }
        NotValidForNameContext { expected, presented } => {
            // The names look like `DnsName("flink.example")`.
            let name = |name: &String| name.split(['(', ')']).nth(1).unwrap_or(name).replace('"', "");
            let names = presented.iter().map(name).collect::<Vec<_>>().join(", ");
            let names = if names.is_empty() { "no host" } else { &names };
            (
                format!(
                    "the server's certificate is not for {} but for {}",
                    expected.to_str(),
                    printable(names)
                ),
                "use a host name of the certificate, or add this one to the certificate as a subject alternative name",
            )
        }
        other => (
            format!("the server's certificate is refused: {}", printable(&other.to_string())),
            WANTS_AUTHORITY,
        ),
    }
}

fn date(time: UnixTime) -> String {
    let time = i64::try_from(time.as_secs()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.map(|time| time.to_string()).unwrap_or_default()
}
