//! An SMTP server.
//!
//! The conversation is led here, command by command: only so is it known whether a failure came before the message was
//! handed over, or after.

mod answer;
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

use server::Server;
pub use server::SmtpSettings;

/// For how long a connection is kept for the next message; servers end idle ones after some minutes.
const IDLE: Duration = Duration::from_secs(20);
/// How many are kept.
const KEPT: usize = 4;

/// An SMTP server.
pub struct Smtp {
    server: Server,
    timeout: Duration,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

impl Smtp {
    /// Checks the settings; connects when the first message comes.
    ///
    /// # Errors
    ///
    /// What is wrong, in words, without the password.
    pub fn new(settings: &SmtpSettings) -> Result<Self, String> {
        let server = Server::new(settings)?;
        let idle = Mutex::default();
        Ok(Self {
            server,
            timeout: settings.timeout,
            idle,
        })
    }

    /// A connection that takes the message next.
    async fn prepare(&self, message: &Message) -> Result<AsyncSmtpConnection, Error> {
        let address = |text: &str| {
            let address = text.parse::<Address>();
            address.map_err(|_| Error::Refused("an address is malformed".to_owned()))
        };
        let (from, to) = (address(&message.from)?, address(&message.to)?);
        let mail = || Mail::new(Some(from.clone()), Vec::new());
        let begun = match self.idle() {
            // The server may have ended it meanwhile; nothing was handed over, so a new one can take its place.
            Some(mut kept) => kept.command(mail()).await.ok().map(|_| kept),
            None => None,
        };
        let mut connection = if let Some(connection) = begun {
            connection
        } else {
            let mut connection = self.server.connect().await?;
            let answer = connection.command(mail()).await;
            answer.map_err(|error| answer::to_sender(&error))?;
            connection
        };
        let answer = connection.command(Rcpt::new(to, Vec::new())).await;
        if let Err(error) = answer {
            let error = answer::to_message(&error);
            connection.abort().await;
            return Err(error);
        }
        let answer = connection.command(Data).await;
        answer.map_err(|error| answer::to_message(&error))?;
        Ok(connection)
    }

    fn idle(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().ok()?;
        idle.retain(|(_, since)| since.elapsed() < IDLE);
        idle.pop().map(|(connection, _)| connection)
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        if let Ok(mut idle) = self.idle.lock()
            && idle.len() < KEPT
        {
            idle.push((connection, Instant::now()));
        }
    }
}

#[async_trait::async_trait]
impl Mailer for Smtp {
    async fn send(&self, message: &Message) -> Result<Option<String>, Error> {
        let prepared = timeout(self.timeout, self.prepare(message)).await;
        let mut connection = prepared.map_err(|_| Error::Unavailable {
            reason: "the mail server did not answer in time".to_owned(),
            after: None,
        })??;
        // The last line's end is part of what ends the message.
        let mime = message.mime.strip_suffix(b"\r\n").unwrap_or(&message.mime);
        match timeout(self.timeout, connection.message(mime)).await {
            Ok(Ok(response)) => {
                self.keep(connection);
                Ok(answer::id(&response))
            }
            Ok(Err(error)) => Err(answer::to_content(&error)),
            Err(_) => Err(Error::Unknown(
                "the mail server did not accept in time".to_owned(),
            )),
        }
    }
}
