//! Reads targets as JSON on stdin and prints one line per finding: what rustls says of a handshake.
use std::io::Read;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, Stream};

#[derive(serde::Deserialize)]
struct Given {
    ca: String,
    limit: u64,
    targets: Vec<Target>,
}

#[derive(serde::Deserialize)]
struct Target {
    mode: String,
    host: String,
    port: u16,
    servername: String,
}

#[derive(serde::Serialize)]
struct Finding {
    index: usize,
    client: &'static str,
    ok: bool,
    code: Option<String>,
    texts: Vec<String>,
}

fn main() {
    let given: Given = serde_json::from_reader(std::io::stdin()).expect("targets");
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(&given.ca).expect("roots") {
        roots.add(certificate.expect("a certificate")).expect("a root");
    }
    let config = Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth());
    for (index, target) in given.targets.iter().enumerate() {
        if target.mode != "implicit" {
            continue;
        }
        let error = handshake(&config, target, Duration::from_millis(given.limit)).err();
        let finding = Finding {
            index,
            client: "rustls",
            ok: error.is_none(),
            code: error.as_ref().and_then(code_of),
            texts: error.iter().map(|error| error.to_string()).collect(),
        };
        println!("{}", serde_json::to_string(&finding).expect("a line"));
    }
}

fn handshake(config: &Arc<ClientConfig>, target: &Target, limit: Duration) -> std::io::Result<()> {
    let name = ServerName::try_from(target.servername.clone()).expect("a name");
    let mut connection = ClientConnection::new(config.clone(), name).expect("a connection");
    let mut socket = TcpStream::connect((target.host.as_str(), target.port))?;
    socket.set_read_timeout(Some(limit))?;
    // A missing client certificate shows with the first read.
    Stream::new(&mut connection, &mut socket).read(&mut [0; 512]).map(|_| ())
}

/// The name of the enumeration's member, without what it carries.
fn code_of(error: &std::io::Error) -> Option<String> {
    let inner = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    let member = match inner {
        rustls::Error::InvalidCertificate(inner) => format!("{inner:?}"),
        rustls::Error::AlertReceived(inner) => format!("{inner:?}"),
        other => format!("{other:?}"),
    };
    Some(member.chars().take_while(|letter| letter.is_alphanumeric()).collect())
}
