//! A service that gives lists, played on this machine over real TLS: what it answers is a test's.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

/// A request as the service got it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// `GET /path?query`.
    pub(crate) line: String,
    /// Its headers, each `name: value` with the name in lower case.
    pub(crate) headers: Vec<String>,
    /// Its body.
    pub(crate) body: String,
}

impl Asked {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.headers.iter();
        let mut pairs = lines.filter_map(|line| line.split_once(": "));
        pairs
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value)
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Status, header lines, body.
    Whole(u16, &'static str, String),
    /// A body that says it is longer than it is.
    Cut(String),
    /// These bytes over and over.
    Endless(&'static str),
    /// Nothing, until the caller leaves.
    Silence,
}

/// A whole answer.
pub(crate) fn whole(body: impl Into<String>) -> Reply {
    Reply::Whole(200, "", body.into())
}

/// A status and nothing else.
pub(crate) fn status(status: u16, headers: &'static str) -> Reply {
    Reply::Whole(status, headers, String::new())
}

/// A running service.
pub(crate) struct Service {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    // Holds its certificate and the secrets that it gave.
    folder: TempDir,
}

type Script = Box<dyn Fn(&Asked, usize) -> Reply + Send + Sync>;

impl Service {
    /// A service that answers as `script` says: to a request, and how many came before.
    pub(crate) fn start(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::named("127.0.0.1", script)
    }

    /// A service whose certificate says that it is `name`.
    pub(crate) fn named(
        name: &str,
        script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (config, ca) = certified(name);
        fs::write(folder.path().join("ca.pem"), ca).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (seen, script): (_, Arc<Script>) = (asked.clone(), Arc::new(Box::new(script)));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (config, seen, script) = (config.clone(), seen.clone(), script.clone());
                let stream = stream.unwrap();
                thread::spawn(move || serve(stream, config, &seen, script.as_ref()));
            }
        });
        Self {
            address,
            asked,
            folder,
        }
    }

    /// Its base address.
    pub(crate) fn url(&self) -> String {
        format!("https://{}/base", self.address)
    }

    /// The file of its certificate.
    pub(crate) fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A file of secrets that nobody else may read.
    pub(crate) fn secrets(&self, text: &str) -> PathBuf {
        let path = self.folder.path().join("secrets.toml");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The first lines of what it was asked so far, without the base.
    pub(crate) fn lines(&self) -> Vec<String> {
        let asked = self.asked().into_iter();
        asked
            .map(|asked| asked.line.replace("/base/", "/"))
            .collect()
    }
}

/// A server's configuration under an authority made for it, and the authority's certificate.
fn certified(name: &str) -> (Arc<ServerConfig>, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let ca = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    (Arc::new(config), ca.pem())
}

/// One connection, one request, one answer. A caller that leaves ends it.
fn serve(stream: TcpStream, config: Arc<ServerConfig>, seen: &Mutex<Vec<Asked>>, script: &Script) {
    let connection = ServerConnection::new(config).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    let Some(asked) = read(&mut stream) else {
        return;
    };
    let before = {
        let mut seen = seen.lock().unwrap();
        seen.push(asked.clone());
        seen.len() - 1
    };
    let head = |status: u16, headers: &str, length: usize| {
        format!(
            "HTTP/1.1 {status} Example\r\nConnection: close\r\n{headers}Content-Length: \
             {length}\r\n\r\n"
        )
    };
    let bytes = match script(&asked, before) {
        Reply::Whole(status, headers, body) => head(status, headers, body.len()) + &body,
        Reply::Cut(body) => head(200, "", body.len() + 100) + &body,
        Reply::Endless(piece) => {
            let head = "HTTP/1.1 200 Example\r\nConnection: close\r\n\r\n";
            let mut sent = stream.write_all(head.as_bytes());
            while sent.is_ok() {
                sent = stream.write_all(piece.as_bytes());
            }
            return;
        }
        Reply::Silence => {
            let mut byte = [0];
            assert!(!matches!(stream.read(&mut byte), Ok(1)));
            return;
        }
    };
    if stream.write_all(bytes.as_bytes()).is_ok() {
        stream.conn.send_close_notify();
        // The caller may have read enough and left.
        stream.flush().unwrap_or_default();
    }
}

fn read(stream: &mut impl std::io::Read) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.split("\r\n");
            let line = lines.next()?.trim_end_matches(" HTTP/1.1").to_owned();
            let lower = |line: &str| {
                let (name, value) = line.split_once(": ").unwrap();
                format!("{}: {value}", name.to_ascii_lowercase())
            };
            let asked = Asked {
                line,
                headers: lines.map(lower).collect(),
                body: body.to_owned(),
            };
            let length = asked
                .header("content-length")
                .map_or(0, |it| it.parse().unwrap());
            if body.len() >= length {
                return Some(asked);
            }
        }
        match stream.read(&mut buffer) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    }
}
