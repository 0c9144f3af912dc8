//! How workers work, and what mail looks like from outside.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use coach_domain::{mail::unsubscribe::Unsubscribing, queue::QueueName};
use coach_workers::{
    consumer::Consuming,
    mail::{Error as MailError, House, HouseSettings},
};

use super::{
    Error, Mail, Source, Storage, reachable,
    reader::Reader,
    value::{self, Parsed},
};
use crate::hex;

/// How what happens behind the answers is done.
#[derive(Clone, Debug)]
pub struct Worker {
    /// Where queues are on SQS: names or URLs. A queue that is not mentioned has its own name.
    pub addresses: BTreeMap<QueueName, String>,
    /// Queues on Postgres that are first in, first out for each member.
    pub ordered: Vec<QueueName>,
    /// The ARN of the SNS topic that events are published to; nowhere without.
    pub topic: Option<String>,
    /// The most connections to the database.
    pub connections: u32,
    /// How messages are worked on.
    pub consuming: Consuming,
    /// The most messages that the relay sends in a second; no limit without.
    pub relay_rate: Option<u32>,
    /// Mail.
    pub letters: Letters,
}

/// What mail looks like from outside.
#[derive(Clone, Debug)]
pub struct Letters {
    /// Messages a second, for each process.
    pub rate: f64,
    /// Who writes.
    pub house: House,
    /// Signs links by which members leave the list.
    pub unsubscribing: Option<Unsubscribing>,
}

impl Worker {
    pub(super) fn read(reader: &Reader, storage: &Storage) -> Result<Self, Error> {
        let visibility = reader.read("worker_visibility", |text| match value::time(text)? {
            // SQS counts in seconds.
            time if time < Duration::from_secs(1) => Err(String::new()),
            time => Ok(time),
        })?;
        let given = reader.optional("queue_addresses", addresses)?;
        let mut addresses: BTreeMap<_, _> = QueueName::CONSUMED
            .into_iter()
            .map(|queue| (queue, queue.as_str().to_owned()))
            .collect();
        addresses.extend(given.into_iter().flatten());
        Ok(Self {
            addresses,
            ordered: reader
                .optional("queue_ordered", queues)?
                .unwrap_or_default(),
            topic: reader.optional("events_topic", topic)?,
            connections: reader
                .read("worker_connections", |text| value::within(text, 1..=10_000))?,
            consuming: Consuming {
                concurrency: reader
                    .read("worker_concurrency", |text| value::within(text, 1..=1_000))?,
                deadline: reader.read("worker_deadline", value::time)?,
                visibility,
                ..Consuming::default()
            },
            relay_rate: reader.optional("relay_rate", |text| value::within(text, 1..=1_000_000))?,
            letters: Letters::read(reader, storage)?,
        })
    }
}

impl Letters {
    fn read(reader: &Reader, storage: &Storage) -> Result<Self, Error> {
        if !matches!(storage.mail, Mail::Folder(_)) {
            for name in ["mail_from", "mail_app_url", "mail_imprint"] {
                if matches!(reader.source(name), Source::Default) {
                    return Err(
                        reader.invalid(name, "mail leaves this machine, so it must be yours")
                    );
                }
            }
        }
        let line = |name| reader.read(name, value::word);
        let settings = HouseSettings {
            name: line("mail_name")?,
            from: line("mail_from")?,
            reply_to: reader.optional("mail_reply_to", value::word)?,
            bounces: reader.optional("mail_bounces", value::word)?,
            app_url: line("mail_app_url")?,
            logo_url: reader.optional("mail_logo_url", value::word)?,
            imprint: line("mail_imprint")?,
            unsubscribe_url: reader.optional("mail_unsubscribe_url", value::word)?,
        };
        let unsubscribing = reader.optional("mail_unsubscribe_key", key)?;
        if settings.unsubscribe_url.is_some() && unsubscribing.is_none() {
            let remark = "its links are signed: set mail_unsubscribe_key too";
            return Err(reader.invalid("mail_unsubscribe_url", remark));
        }
        let house = House::new(&settings, unsubscribing.clone());
        let house = house.map_err(|error| reader.invalid(blamed(&error), &error.to_string()))?;
        Ok(Self {
            rate: reader.read("mail_rate", rate)?,
            house,
            unsubscribing,
        })
    }
}

impl Letters {
    /// For mail that stays on this machine: links to the gateway itself, signed with a key of this machine's.
    ///
    /// # Errors
    ///
    /// Never with an address that one can listen on.
    pub fn sign_links(&mut self, address: SocketAddr, key: &[u8]) -> Result<(), MailError> {
        if self.unsubscribing.is_none()
            && let Ok(tokens) = Unsubscribing::new(key)
        {
            let url = format!("http://{}/unsubscribe", reachable(address));
            self.house.offer_to_unsubscribe(&url, tokens.clone())?;
            self.unsubscribing = Some(tokens);
        }
        Ok(())
    }
}

/// The setting that an error of the house's is about: it names them without what they begin with here.
fn blamed(error: &MailError) -> &'static str {
    let told = error.to_string();
    let names = [
        "mail_name",
        "mail_from",
        "mail_reply_to",
        "mail_bounces",
        "mail_app_url",
        "mail_logo_url",
        "mail_imprint",
        "mail_unsubscribe_url",
    ];
    let first = told.split(' ').next();
    let mut meant = names
        .into_iter()
        .filter(|name| name.strip_prefix("mail_") == first);
    meant.next().unwrap_or("mail_from")
}

fn addresses(text: &str) -> Parsed<Vec<(QueueName, String)>> {
    let pairs = text.split(',').map(|pair| {
        let (queue, address) = pair.split_once('=').ok_or("a pair has no `=`")?;
        let queue: QueueName = queue.trim().parse().map_err(|error| format!("{error}"))?;
        Ok((queue, value::word(address)?))
    });
    pairs.collect()
}

fn queues(text: &str) -> Parsed<Vec<QueueName>> {
    let names = text.split(',').map(|name| name.trim().parse());
    names
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{error}"))
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

fn key(text: &str) -> Parsed<Unsubscribing> {
    let bytes = hex::decode(text).ok_or_else(String::new)?;
    Unsubscribing::new(&bytes).map_err(|_| "it is too short".to_owned())
}
