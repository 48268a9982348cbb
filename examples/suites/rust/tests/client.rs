use std::env;
use std::io::{Read, Write};
use std::net::TcpStream;

fn api(method: &str, path: &str, body: &str) -> String {
    let host = env::var("MOCKMAIL_API").unwrap().replace("http://", "");
    let token = env::var("MOCKMAIL_TOKEN").unwrap();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close");
    let mut server = TcpStream::connect(&host).unwrap();
    write!(server, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    server.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn refuses_what_it_must() {
    for scenario in ["good", "expired", "wrong-host", "untrusted-root"] { // The good server is the control of the others.
        let server = api("PUT", "/api/v1/endpoints/e1", &format!(r#"{{"scenario":"{scenario}"}}"#));
        mail::read_mail(server.split(r#""port":"#).nth(1).unwrap().split(',').next().unwrap());
        let outcome = api("GET", "/api/v1/endpoints/e1/outcome", "");
        assert!(outcome.contains(r#""verdict":"pass""#), "{outcome}");
    }
}
