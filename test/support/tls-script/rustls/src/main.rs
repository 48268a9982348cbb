//! Holds the dialogue with each server named on a line of stdin: port, versions, suites and how often. One line of answer each.
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, HandshakeKind, RootCertStore, StreamOwned};

fn main() {
    let ca = std::env::args().nth(1).expect("roots");
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(&ca).expect("roots") {
        roots.add(certificate.expect("a certificate")).expect("a root");
    }
    for line in std::io::stdin().lines() {
        let line = line.expect("a line");
        let job: Vec<&str> = line.split(' ').collect();
        let mut config = ClientConfig::builder().with_root_certificates(roots.clone()).with_no_client_auth();
        if job[4] != "-" {
            config.alpn_protocols = job[4].split(',').map(|name| name.as_bytes().to_vec()).collect();
        }
        let config = Arc::new(config);
        let mut said = String::new();
        for _ in 0..job[3].parse().expect("how often") {
            said = hold(&config, job[0]);
        }
        println!("{}", said.replace('\n', " "));
    }
}

fn hold(config: &Arc<ClientConfig>, port: &str) -> String {
    let mut connection = ClientConnection::new(config.clone(), ServerName::try_from("localhost").unwrap()).unwrap();
    let mut socket = TcpStream::connect(format!("127.0.0.1:{port}")).expect("a server");
    socket.set_read_timeout(Some(Duration::from_secs(4))).unwrap();
    while connection.is_handshaking() {
        if let Err(error) = connection.complete_io(&mut socket) {
            return error.to_string();
        }
    }
    let mut lines = BufReader::new(StreamOwned::new(connection, socket));
    match talk(&mut lines) {
        Err(error) => format!("later: {error}"),
        Ok(()) => {
            let connection = &lines.get_ref().conn;
            let resumed = if connection.handshake_kind() == Some(HandshakeKind::Resumed) { " resumed" } else { "" };
            let suite = connection.negotiated_cipher_suite().unwrap().suite();
            format!("ok {:?} {:?}{resumed}", connection.protocol_version().unwrap(), suite)
        }
    }
}

fn talk(lines: &mut BufReader<StreamOwned<ClientConnection, TcpStream>>) -> Result<()> {
    let mut line = String::new();
    lines.read_line(&mut line)?;
    lines.get_mut().write_all(b"a CAPABILITY\r\n")?;
    while line != "a OK done\r\n" {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            return Err(Error::new(ErrorKind::UnexpectedEof, "no answer"));
        }
    }
    lines.get_mut().write_all(b"b LOGOUT\r\n")?;
    lines.read_to_string(&mut line).map(|_| ())
}
