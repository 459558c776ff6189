//! Certificates of all kinds, made on the spot.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    date_time_ymd,
};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};

/// A certificate and its key.
pub(crate) struct Certificate {
    pub(crate) pem: String,
    pub(crate) key: String,
}

impl Certificate {
    /// For a server that asks no certificate of its clients.
    pub(crate) fn server(&self) -> ServerConfig {
        self.config(None)
    }

    /// For a server that trusts only clients with a certificate of this authority.
    pub(crate) fn server_for_clients_of(&self, authority: &Authority) -> ServerConfig {
        self.config(Some(authority))
    }

    fn config(&self, clients_of: Option<&Authority>) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = match clients_of {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(der(&authority.pem())).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).unwrap();
        builder.with_single_cert(vec![der(&self.pem)], key).unwrap()
    }
}

fn der(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

/// An authority that signs certificates.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = named(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A server's certificate for 127.0.0.1.
    pub(crate) fn server(&self) -> Certificate {
        self.sign(server("127.0.0.1"))
    }

    /// The same for another name.
    pub(crate) fn server_called(&self, name: &str) -> Certificate {
        self.sign(server(name))
    }

    /// The same, but it was good only in the past.
    pub(crate) fn expired_server(&self) -> Certificate {
        let mut params = server("127.0.0.1");
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
        self.sign(params)
    }

    pub(crate) fn client(&self) -> Certificate {
        let mut params = named("client", &[]);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(params)
    }

    fn sign(&self, params: CertificateParams) -> Certificate {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Certificate { pem: certificate.pem(), key: key.serialize_pem() }
    }
}

/// A server's certificate that signs itself; often, as that of `openssl req -x509`, it calls itself an authority.
pub(crate) fn self_signed(name: &str, is_authority: bool) -> Certificate {
    let mut params = server(name);
    if is_authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    let key = KeyPair::generate().unwrap();
    Certificate { pem: params.self_signed(&key).unwrap().pem(), key: key.serialize_pem() }
}

fn server(name: &str) -> CertificateParams {
    named("server", &[name])
}

fn named(name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<_> = hosts.iter().copied().map(str::to_owned).collect();
    let mut params = CertificateParams::new(hosts).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}
