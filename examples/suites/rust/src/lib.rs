//! A mail client: logs in over IMAP, with curl. CARELESS takes away what makes it safe.
use std::env;
use std::process::{Command, Stdio};

pub fn read_mail(port: &str) -> bool {
    let login = format!("{}:{}", env::var("MOCKMAIL_USER").unwrap(), env::var("MOCKMAIL_PASSWORD").unwrap());
    let mut curl = Command::new("curl");
    curl.args(["-sS", "--max-time", "10", "-X", "NOOP", "-u", &login]);
    curl.args(["--cacert", &env::var("MOCKMAIL_CA").unwrap(), &format!("imaps://localhost:{port}")]);
    if env::var("CARELESS").is_ok() {
        curl.arg("--insecure");
    }
    curl.stderr(Stdio::null()).status().unwrap().success()
}
