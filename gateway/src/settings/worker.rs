//! Settings of the background workers and of mail.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use coach_domain::{
    mail::{budget::Budgets, unsubscribe::UnsubscribeTokens},
    queue::QueueName,
};
use coach_workers::{
    consumer::ConsumerOptions,
    mail::{Error as MailError, Sender, SenderSettings},
};

use super::{
    Error, Mail, Source, Storage, key, reachable_address,
    reader::Reader,
    value::{self, Parsed},
};

/// Settings of the background workers.
#[derive(Clone, Debug)]
pub struct WorkerSettings {
    /// The names or URLs of the queues on SQS. The default is the name of the queue.
    pub addresses: BTreeMap<QueueName, String>,
    /// The queues on Postgres that are first in, first out for each member.
    pub ordered: Vec<QueueName>,
    /// The ARN of the SNS topic that events are published to. Without it they are discarded.
    pub topic: Option<String>,
    /// The maximum number of connections of the worker pool.
    pub connections: u32,
    /// How messages are consumed.
    pub consumer_options: ConsumerOptions,
    /// The maximum number of messages that the relay sends per second. Without it there is no limit.
    pub relay_rate: Option<u32>,
    /// Settings of outgoing mail.
    pub mail: MailSettings,
}

/// Settings of outgoing mail.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The maximum number of messages per second and process.
    pub rate: f64,
    /// How many mails a member or an address may receive.
    pub budgets: Budgets,
    /// The sender of all mail.
    pub sender: Sender,
    /// Signs the links by which members unsubscribe.
    pub unsubscribe_tokens: Option<UnsubscribeTokens>,
}

impl WorkerSettings {
    pub(super) fn read(reader: &Reader, storage: &Storage) -> Result<Self, Error> {
        let visibility = reader.read("worker_visibility", |text| match value::duration(text)? {
            // SQS takes whole seconds.
            time if time < Duration::from_secs(1) => Err(String::new()),
            time => Ok(time),
        })?;
        let configured: Vec<_> = reader.list("queue_addresses", address)?;
        let mut addresses: BTreeMap<_, _> = QueueName::CONSUMED
            .into_iter()
            .map(|queue| (queue, queue.as_str().to_owned()))
            .collect();
        addresses.extend(configured);
        Ok(Self {
            addresses,
            ordered: reader.list("queue_ordered", queue)?,
            topic: reader.optional("events_topic", topic)?,
            connections: reader.read("worker_connections", value::number_in(1..=10_000))?,
            consumer_options: ConsumerOptions {
                concurrency: reader.read("worker_concurrency", value::number_in(1..=1_000))?,
                deadline: reader.read("worker_deadline", value::duration)?,
                visibility,
                ..ConsumerOptions::default()
            },
            relay_rate: reader.optional("relay_rate", value::number_in(1..=1_000_000))?,
            mail: MailSettings::read(reader, storage)?,
        })
    }
}

impl MailSettings {
    fn read(reader: &Reader, storage: &Storage) -> Result<Self, Error> {
        if !matches!(storage.mail, Mail::Folder(_)) {
            for name in ["mail_from", "mail_app_url", "mail_imprint"] {
                if reader.source(name) == Source::Default {
                    let remark = "mail leaves this machine, so it must be yours";
                    return Err(reader.invalid(name, remark));
                }
            }
        }
        let line = |name| reader.read(name, value::non_empty);
        let settings = SenderSettings {
            name: line("mail_name")?,
            from: line("mail_from")?,
            reply_to: reader.optional("mail_reply_to", value::non_empty)?,
            bounces: reader.optional("mail_bounces", value::non_empty)?,
            app_url: line("mail_app_url")?,
            logo_url: reader.optional("mail_logo_url", value::non_empty)?,
            imprint: line("mail_imprint")?,
            unsubscribe_url: reader.optional("mail_unsubscribe_url", value::non_empty)?,
        };
        let budget = |name| reader.read(name, value::number_in(1..=10_000));
        let unsubscribe_tokens = reader.optional("mail_unsubscribe_key", unsubscribe_key)?;
        if settings.unsubscribe_url.is_some() && unsubscribe_tokens.is_none() {
            let remark = "its links are signed: set mail_unsubscribe_key too";
            return Err(reader.invalid("mail_unsubscribe_url", remark));
        }
        let sender = Sender::new(&settings, unsubscribe_tokens.clone());
        let sender =
            sender.map_err(|error| reader.invalid(setting_of(&error), &error.to_string()))?;
        Ok(Self {
            rate: reader.read("mail_rate", rate)?,
            budgets: Budgets {
                member: budget("mail_member_budget")?,
                address: budget("mail_address_budget")?,
                sign_in: budget("mail_code_budget")?,
            },
            sender,
            unsubscribe_tokens,
        })
    }
}

impl MailSettings {
    /// Enables unsubscribe links to the gateway at `address`, signed with a local key, unless a key is configured. For
    /// mail that stays on this machine.
    ///
    /// # Errors
    ///
    /// When `address` does not form a valid URL, which cannot happen for an address that can be listened on.
    pub fn sign_links(&mut self, address: SocketAddr, key: &[u8]) -> Result<(), MailError> {
        if self.unsubscribe_tokens.is_none()
            && let Ok(tokens) = UnsubscribeTokens::new(key)
        {
            let url = format!("http://{}/unsubscribe", reachable_address(address));
            self.sender.offer_to_unsubscribe(&url, tokens.clone())?;
            self.unsubscribe_tokens = Some(tokens);
        }
        Ok(())
    }
}

/// The setting that an error of [`Sender`] is about: its message starts with the name, without `mail_`.
fn setting_of(error: &MailError) -> &'static str {
    let message = error.to_string();
    let first_word = message.split(' ').next().unwrap_or_default();
    key::find(&format!("mail_{first_word}")).map_or("mail_from", |key| key.name)
}

fn address(pair: &str) -> Parsed<(QueueName, String)> {
    let (queue_name, address) = pair.split_once('=').ok_or("a pair has no `=`")?;
    Ok((queue(queue_name)?, value::non_empty(address)?))
}

fn queue(text: &str) -> Parsed<QueueName> {
    let name = text.trim().parse::<QueueName>();
    name.map_err(|error| error.to_string())
}

fn topic(text: &str) -> Parsed<String> {
    match text.split(':').collect::<Vec<_>>()[..] {
        ["arn", _, "sns", _, _, name] if !name.is_empty() => Ok(text.to_owned()),
        _ => Err(String::new()),
    }
}

fn rate(text: &str) -> Parsed<f64> {
    let rate: f64 = value::parse(text)?;
    if rate.is_finite() && rate > 0.0 {
        Ok(rate)
    } else {
        Err(String::new())
    }
}

fn unsubscribe_key(text: &str) -> Parsed<UnsubscribeTokens> {
    let bytes = hex::decode(text).map_err(|_| String::new())?;
    if bytes.iter().all(|byte| *byte == 0) {
        return Err("it is that of an example; `openssl rand -hex 32` makes one".to_owned());
    }
    UnsubscribeTokens::new(&bytes).map_err(|_| "it is too short".to_owned())
}
