//! The sender of all mail.

use coach_domain::{
    email_address::EmailAddress, id::MemberId, mail::unsubscribe::UnsubscribeTokens,
};
use lettre::{Address, message::Mailbox};
use reqwest::Url;

use super::Error;

/// The settings of the sender, before validation.
#[derive(Clone, Debug)]
pub struct SenderSettings {
    /// The name of the service, such as `Coach`.
    pub name: String,
    /// The address of `From`, alone or as `Name <address>`.
    pub from: String,
    /// The address of `Reply-To`. Without it, mails do not invite replies.
    pub reply_to: Option<String>,
    /// The envelope sender, which receives bounces. The default is the address of `From`.
    pub bounces: Option<String>,
    /// The base URL of links to the app. It must be `https`, except for this machine.
    pub app_url: String,
    /// The public URL of an image that is shown beside the name, at most 40 pixels high.
    pub logo_url: Option<String>,
    /// The legal name and postal address, which the law requires in each mail. One line.
    pub imprint: String,
    /// The URL for unsubscribing with one click, to which the query parameter `token` is added. Without it, mail that
    /// has to offer to unsubscribe is not sent.
    pub unsubscribe_url: Option<String>,
}

/// The sender of all mail: validated [`SenderSettings`].
#[derive(Clone, Debug)]
pub struct Sender {
    pub(super) name: String,
    pub(super) from: Mailbox,
    pub(super) reply_to: Option<Mailbox>,
    pub(super) bounces: Address,
    pub(super) imprint: String,
    pub(super) logo: Option<String>,
    app: Url,
    unsubscribe: Option<(Url, UnsubscribeTokens)>,
}

impl Sender {
    /// Validates the settings. `unsubscribe_tokens` signs the links to unsubscribe.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] with the name of the first setting that is wrong.
    pub fn new(
        settings: &SenderSettings,
        unsubscribe_tokens: Option<UnsubscribeTokens>,
    ) -> Result<Self, Error> {
        let from = mailbox("from", &settings.from)?;
        let reply_to = settings.reply_to.as_deref();
        let bounces = settings.bounces.as_deref();
        let bounces = bounces.map(|text| mailbox("bounces", text)).transpose()?;
        let optional_url = |name, text: &Option<String>| {
            let text = text.as_deref();
            text.map(|text| url(name, text)).transpose()
        };
        let logo = optional_url("logo_url", &settings.logo_url)?;
        let mut app = url("app_url", &settings.app_url)?;
        if !app.path().ends_with('/') {
            let path = format!("{}/", app.path());
            app.set_path(&path);
        }
        let unsubscribe = optional_url("unsubscribe_url", &settings.unsubscribe_url)?;
        Ok(Self {
            name: line("name", &settings.name)?,
            bounces: bounces.map_or_else(|| from.email.clone(), |mailbox| mailbox.email),
            from,
            reply_to: reply_to.map(|text| mailbox("reply_to", text)).transpose()?,
            imprint: line("imprint", &settings.imprint)?,
            logo: logo.map(String::from),
            app,
            unsubscribe: unsubscribe.zip(unsubscribe_tokens),
        })
    }

    /// Sets the URL to unsubscribe at, and the signer of its tokens.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] when the URL is neither `https` nor on this machine.
    pub fn offer_to_unsubscribe(
        &mut self,
        address: &str,
        tokens: UnsubscribeTokens,
    ) -> Result<(), Error> {
        self.unsubscribe = Some((url("unsubscribe_url", address)?, tokens));
        Ok(())
    }

    /// Whether members can unsubscribe by a link. Otherwise mail that has to offer that is not sent.
    pub fn offers_to_unsubscribe(&self) -> bool {
        self.unsubscribe.is_some()
    }

    /// Whether recipients can reply to mail.
    pub(super) fn accepts_replies(&self) -> bool {
        self.reply_to.is_some()
    }

    /// The URL of a path in the app, such as `check-in`.
    pub(super) fn link(&self, path: &str) -> String {
        self.app
            .join(path)
            .map_or_else(|_| self.app.to_string(), String::from)
    }

    /// The link by which a member unsubscribes.
    pub(super) fn unsubscribe_link(&self, member: MemberId) -> Option<String> {
        let (url, tokens) = self.unsubscribe.as_ref()?;
        let mut url = url.clone();
        url.query_pairs_mut()
            .append_pair("token", &tokens.token(member));
        Some(url.into())
    }

    /// The sender's address.
    pub fn address(&self) -> String {
        self.from.email.to_string()
    }

    /// The domain of the sender's address, for message ids and the like.
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }
}

fn mailbox(name: &str, text: &str) -> Result<Mailbox, Error> {
    let invalid = || Error::Setting(format!("{name} must be an address, or `Name <address>`"));
    let mailbox: Mailbox = text.parse().map_err(|_| invalid())?;
    let address = mailbox.email.to_string();
    let plain = address.is_ascii() && !text.contains(ends_line);
    let is_deliverable = EmailAddress::parse(&address).is_some();
    (plain && is_deliverable)
        .then_some(mailbox)
        .ok_or_else(invalid)
}

fn url(name: &str, text: &str) -> Result<Url, Error> {
    let invalid = || Error::Setting(format!("{name} must be an https address"));
    let url = Url::parse(text).map_err(|_| invalid())?;
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let safe = url.scheme() == "https" || url.scheme() == "http" && local;
    safe.then_some(url).ok_or_else(invalid)
}

fn line(name: &str, text: &str) -> Result<String, Error> {
    let fits = !text.trim().is_empty() && text.len() <= 300 && !text.contains(ends_line);
    let invalid = || Error::Setting(format!("{name} must be one line of at most 300 bytes"));
    fits.then(|| text.trim().to_owned()).ok_or_else(invalid)
}

/// Whether a character is a control character, or a separator of lines or paragraphs.
fn ends_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}
