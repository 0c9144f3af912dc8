//! Sends mail to an SMTP server.
//!
//! The commands are sent one by one here, to know whether a failure occurred before the message was transmitted, or
//! after.

mod response;
mod server;

use std::{sync::Mutex, time::Duration};

use coach_domain::mail::{Error, Mailer, Message};
use lettre::{
    Address,
    transport::smtp::{
        client::AsyncSmtpConnection,
        commands::{Data, Mail, Rcpt},
    },
};
use tokio::time::{Instant, timeout};

use super::unavailable;
use server::Server;
pub use server::{SmtpEncryption, SmtpSettings};

/// How long an idle connection is reused. Servers close idle connections after some minutes.
const MAX_IDLE_TIME: Duration = Duration::from_secs(20);
/// The maximum number of idle connections.
const MAX_IDLE_CONNECTIONS: usize = 4;

/// An SMTP server.
pub struct Smtp {
    server: Server,
    timeout: Duration,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

impl Smtp {
    /// Validates the settings. It connects when the first message is sent.
    ///
    /// # Errors
    ///
    /// A message about the invalid setting, without the password.
    pub fn new(settings: &SmtpSettings) -> Result<Self, String> {
        Ok(Self {
            server: Server::new(settings)?,
            timeout: settings.timeout,
            idle: Mutex::default(),
        })
    }

    /// Connects to the server, encrypted and signed in as configured, and ends the connection. No mail is sent.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when that fails, or takes longer than the timeout.
    pub async fn greet(&self) -> Result<(), Error> {
        let connected = timeout(self.timeout, self.server.connect()).await;
        let mut connection =
            connected.map_err(|_| unavailable("the mail server did not answer in time"))??;
        // The server may close the connection without a reply.
        let _ = timeout(self.timeout, connection.quit()).await;
        Ok(())
    }

    /// A connection on which the content of the message is expected next.
    async fn prepare(&self, message: &Message) -> Result<AsyncSmtpConnection, Error> {
        let address = |text: &str| {
            let address = text.parse::<Address>();
            address.map_err(|_| Error::Refused("an address is malformed".to_owned()))
        };
        let (from, to) = (address(&message.from)?, address(&message.to)?);
        let mail = || Mail::new(Some(from.clone()), Vec::new());
        let reused = match self.take_idle() {
            // The server may have closed it meanwhile. No message was transmitted, so a new connection is safe.
            Some(mut idle) => idle.command(mail()).await.ok().map(|_| idle),
            None => None,
        };
        let mut connection = if let Some(connection) = reused {
            connection
        } else {
            let mut connection = self.server.connect().await?;
            let response = connection.command(mail()).await;
            response.map_err(|error| response::mail_from_error(&error))?;
            connection
        };
        let response = connection.command(Rcpt::new(to, Vec::new())).await;
        if let Err(error) = response {
            let error = response::envelope_error(&error);
            connection.abort().await;
            return Err(error);
        }
        let response = connection.command(Data).await;
        response.map_err(|error| response::envelope_error(&error))?;
        Ok(connection)
    }

    fn take_idle(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().ok()?;
        idle.retain(|(_, since)| since.elapsed() < MAX_IDLE_TIME);
        idle.pop().map(|(connection, _)| connection)
    }

    fn store_idle(&self, connection: AsyncSmtpConnection) {
        if let Ok(mut idle) = self.idle.lock()
            && idle.len() < MAX_IDLE_CONNECTIONS
        {
            idle.push((connection, Instant::now()));
        }
    }
}

#[async_trait::async_trait]
impl Mailer for Smtp {
    async fn send(&self, message: &Message) -> Result<Option<String>, Error> {
        let prepared = timeout(self.timeout, self.prepare(message)).await;
        let mut connection =
            prepared.map_err(|_| unavailable("the mail server did not answer in time"))??;
        // The end of the last line is part of the sequence that ends the message.
        let mime = message.mime.strip_suffix(b"\r\n").unwrap_or(&message.mime);
        match timeout(self.timeout, connection.message(mime)).await {
            Ok(Ok(response)) => {
                self.store_idle(connection);
                Ok(response::queue_id(&response))
            }
            Ok(Err(error)) => Err(response::content_error(&error)),
            Err(_) => Err(Error::Unknown(
                "the mail server did not accept in time".to_owned(),
            )),
        }
    }
}
