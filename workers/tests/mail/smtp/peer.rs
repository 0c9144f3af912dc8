//! A small SMTP server: EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, RSET, QUIT.

use std::sync::{Arc, Mutex};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpListener,
};
use tokio_rustls::{TlsAcceptor, rustls};

/// The responses of the server, and where it closes the connection or stops responding: at `greeting`, `mail`, `rcpt`,
/// `data` or `end`.
#[derive(Clone, Copy)]
pub(super) struct Script {
    pub(super) greeting: &'static str,
    pub(super) mail: &'static str,
    pub(super) rcpt: &'static str,
    pub(super) data: &'static str,
    pub(super) end: &'static str,
    pub(super) password: Option<&'static str>,
    pub(super) hang_up: &'static str,
    pub(super) silent: &'static str,
    /// Whether only the first connection gets these responses, and others the default ones.
    pub(super) only_first: bool,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            greeting: "220 peer.example ESMTP",
            mail: "250 2.1.0 Ok",
            rcpt: "250 2.1.5 Ok",
            data: "354 End with a dot",
            end: "250 2.0.0 Ok: queued as 4XYZ",
            password: None,
            hang_up: "",
            silent: "",
            only_first: false,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    None,
    Start,
    Always,
}

/// What the server has received.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) connections: usize,
    pub(super) commands: Vec<String>,
    /// The commands that were not encrypted.
    pub(super) unencrypted: Vec<String>,
    pub(super) messages: Vec<String>,
}

pub(super) struct Peer {
    port: u16,
    certificate: String,
    seen: Arc<Mutex<Seen>>,
}

impl Peer {
    pub(super) async fn start(script: Script, security: Security) -> Self {
        let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = STANDARD.encode(key.cert.der());
        let certificate =
            format!("-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n");
        let chain = vec![key.cert.der().clone()];
        let private =
            rustls::pki_types::PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .unwrap();
        let tls = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let shared = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = {
                    let mut seen = shared.lock().unwrap();
                    seen.connections += 1;
                    seen.connections
                };
                let script = if script.only_first && number > 1 {
                    Script::default()
                } else {
                    script
                };
                let (tls, seen) = (tls.clone(), Arc::clone(&shared));
                tokio::spawn(async move {
                    let mut session = Session {
                        script,
                        security,
                        seen,
                        is_encrypted: security == Security::Always,
                        is_signed_in: script.password.is_none(),
                    };
                    if security == Security::Always {
                        let Ok(stream) = tls.accept(stream).await else {
                            return;
                        };
                        session.converse(stream, true).await;
                    } else if let Some(stream) = session.converse(stream, true).await {
                        let Ok(stream) = tls.accept(stream).await else {
                            return;
                        };
                        session.is_encrypted = true;
                        session.converse(stream, false).await;
                    }
                });
            }
        });
        Self {
            port,
            certificate,
            seen,
        }
    }

    pub(super) fn url(&self, scheme: &str, query: &str) -> String {
        format!("{scheme}://localhost:{}{query}", self.port)
    }

    pub(super) fn certificate(&self) -> &str {
        &self.certificate
    }

    pub(super) fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }
}

struct Session {
    script: Script,
    security: Security,
    seen: Arc<Mutex<Seen>>,
    is_encrypted: bool,
    is_signed_in: bool,
}

impl Session {
    /// Serves the client until it quits. Returns the stream when the client wants to encrypt it.
    async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: S,
        greets: bool,
    ) -> Option<S> {
        let script = self.script;
        let mut stream = BufReader::new(stream);
        if greets {
            self.answer(&mut stream, "greeting", script.greeting)
                .await?;
        }
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let line = line.trim_end();
            {
                let mut seen = self.seen.lock().unwrap();
                seen.commands.push(line.to_owned());
                if !self.is_encrypted {
                    seen.unencrypted.push(line.to_owned());
                }
            }
            let verb = line.split([' ', ':']).next().unwrap_or_default();
            match verb {
                "EHLO" => {
                    let mut lines = "250-peer.example\r\n".to_owned();
                    if self.security == Security::Start && !self.is_encrypted {
                        lines.push_str("250-STARTTLS\r\n");
                    }
                    if script.password.is_some() {
                        lines.push_str("250-AUTH PLAIN\r\n");
                    }
                    self.answer(&mut stream, "ehlo", &format!("{lines}250 SIZE 1000000"))
                        .await?;
                }
                "STARTTLS" => {
                    self.answer(&mut stream, "starttls", "220 Go ahead").await?;
                    return Some(stream.into_inner());
                }
                "AUTH" => {
                    let given = line
                        .strip_prefix("AUTH PLAIN ")
                        .and_then(|text| STANDARD.decode(text).ok());
                    let expected = format!("\0ada\0{}", script.password.unwrap_or_default());
                    self.is_signed_in = given.is_some_and(|given| given == expected.as_bytes());
                    let answer = if self.is_signed_in {
                        "235 2.7.0 Welcome"
                    } else {
                        "535 5.7.8 Wrong"
                    };
                    self.answer(&mut stream, "auth", answer).await?;
                }
                "MAIL" if !self.is_signed_in => {
                    self.answer(&mut stream, "mail", "530 sign in").await?;
                }
                "MAIL" => self.answer(&mut stream, "mail", script.mail).await?,
                "RCPT" => self.answer(&mut stream, "rcpt", script.rcpt).await?,
                "DATA" => {
                    self.answer(&mut stream, "data", script.data).await?;
                    if script.data.starts_with("354") {
                        self.receive(&mut stream).await?;
                        self.answer(&mut stream, "end", script.end).await?;
                        if script.hang_up == "after a message" {
                            return None;
                        }
                    }
                }
                "QUIT" => {
                    self.answer(&mut stream, "quit", "221 Bye").await;
                    return None;
                }
                _ => self.answer(&mut stream, "other", "250 Ok").await?,
            }
        }
    }

    async fn receive<S: AsyncRead + Unpin>(&self, stream: &mut BufReader<S>) -> Option<()> {
        let mut message = String::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            if line == ".\r\n" {
                self.seen.lock().unwrap().messages.push(message);
                return Some(());
            }
            message.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
    }

    async fn answer<S: AsyncWrite + Unpin>(
        &self,
        stream: &mut S,
        at: &str,
        text: &str,
    ) -> Option<()> {
        if self.script.hang_up == at {
            return None;
        }
        if self.script.silent == at {
            std::future::pending::<()>().await;
        }
        stream
            .write_all(format!("{text}\r\n").as_bytes())
            .await
            .ok()?;
        stream.flush().await.ok()
    }
}
