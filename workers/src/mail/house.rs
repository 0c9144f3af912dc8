//! Who writes.

use coach_domain::{id::MemberId, mail::unsubscribe::Unsubscribing, member::EmailAddress};
use lettre::{Address, message::Mailbox};
use reqwest::Url;

use super::Error;

/// What can be set about the house.
#[derive(Clone, Debug)]
pub struct HouseSettings {
    /// Its name, such as `Coach`.
    pub name: String,
    /// The sender's address, alone or as `Name <address>`.
    pub from: String,
    /// Where answers go; without it, mails do not ask for any.
    pub reply_to: Option<String>,
    /// Where bounces go; the sender's address without it.
    pub bounces: Option<String>,
    /// Where links lead: the app's address, `https` unless it is this machine.
    pub app_url: String,
    /// A picture of at most 40 pixels' height beside the name, at an address that everyone can fetch.
    pub logo_url: Option<String>,
    /// Who is behind it, with a postal address, as the law wants it in each mail. One line.
    pub imprint: String,
    /// Where mail is unsubscribed from with one click: `token` is added to the query. Without it, mails that have to
    /// offer that are not sent.
    pub unsubscribe_url: Option<String>,
}

/// Who writes: settings that were checked.
#[derive(Clone, Debug)]
pub struct House {
    pub(super) name: String,
    pub(super) from: Mailbox,
    pub(super) reply_to: Option<Mailbox>,
    pub(super) bounces: Address,
    pub(super) imprint: String,
    pub(super) logo: Option<String>,
    app: Url,
    unsubscribe: Option<(Url, Unsubscribing)>,
}

impl House {
    /// Checks the settings. `unsubscribing` signs the links by which members leave the list.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] with the name of the first setting that is wrong.
    pub fn new(
        settings: &HouseSettings,
        unsubscribing: Option<Unsubscribing>,
    ) -> Result<Self, Error> {
        let from = mailbox("from", &settings.from)?;
        let reply_to = settings.reply_to.as_deref();
        let bounces = settings.bounces.as_deref();
        let bounces = bounces.map(|text| mailbox("bounces", text)).transpose()?;
        let logo = settings.logo_url.as_deref();
        let logo = logo.map(|text| url("logo_url", text)).transpose()?;
        let mut app = url("app_url", &settings.app_url)?;
        if !app.path().ends_with('/') {
            let path = format!("{}/", app.path());
            app.set_path(&path);
        }
        let unsubscribe = settings.unsubscribe_url.as_deref();
        let unsubscribe = unsubscribe
            .map(|text| url("unsubscribe_url", text))
            .transpose()?;
        Ok(Self {
            name: one_line("name", &settings.name)?,
            bounces: bounces.map_or_else(|| from.email.clone(), |mailbox| mailbox.email),
            from,
            reply_to: reply_to.map(|text| mailbox("reply_to", text)).transpose()?,
            imprint: one_line("imprint", &settings.imprint)?,
            logo: logo.map(String::from),
            app,
            unsubscribe: unsubscribe.zip(unsubscribing),
        })
    }

    /// Has mail offer to unsubscribe at an address.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] when it is neither `https` nor on this machine.
    pub fn offer_to_unsubscribe(
        &mut self,
        address: &str,
        tokens: Unsubscribing,
    ) -> Result<(), Error> {
        self.unsubscribe = Some((url("unsubscribe_url", address)?, tokens));
        Ok(())
    }

    /// Whether members can leave the list by a link. Without one, mail that has to offer that is not sent.
    pub fn offers_to_unsubscribe(&self) -> bool {
        self.unsubscribe.is_some()
    }

    /// Whether answers are read.
    pub(super) fn has_answers(&self) -> bool {
        self.reply_to.is_some()
    }

    /// An address in the app, such as `check-in`.
    pub(super) fn link(&self, path: &str) -> String {
        self.app
            .join(path)
            .map_or_else(|_| self.app.to_string(), String::from)
    }

    /// Where a member leaves the list.
    pub(super) fn unsubscribe_link(&self, member: MemberId) -> Option<String> {
        let (url, unsubscribing) = self.unsubscribe.as_ref()?;
        let mut url = url.clone();
        url.query_pairs_mut()
            .append_pair("token", &unsubscribing.token(member));
        Some(url.into())
    }

    /// What message ids and the like end with.
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }
}

fn mailbox(name: &str, text: &str) -> Result<Mailbox, Error> {
    let wrong = || Error::Setting(format!("{name} must be an address, or `Name <address>`"));
    let mailbox: Mailbox = text.parse().map_err(|_| wrong())?;
    let address = mailbox.email.to_string();
    let plain = address.is_ascii() && !text.contains(ends_line);
    let takes_mail = EmailAddress::parse(&address).is_some();
    (plain && takes_mail).then_some(mailbox).ok_or_else(wrong)
}

fn url(name: &str, text: &str) -> Result<Url, Error> {
    let wrong = || Error::Setting(format!("{name} must be an https address"));
    let url = Url::parse(text).map_err(|_| wrong())?;
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let safe = url.scheme() == "https" || url.scheme() == "http" && local;
    safe.then_some(url).ok_or_else(wrong)
}

fn one_line(name: &str, text: &str) -> Result<String, Error> {
    let fits = !text.trim().is_empty() && text.len() <= 300 && !text.contains(ends_line);
    let wrong = || Error::Setting(format!("{name} must be one line of at most 300 bytes"));
    fits.then(|| text.trim().to_owned()).ok_or_else(wrong)
}

/// A control character, or one that begins a new line or paragraph.
fn ends_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}
