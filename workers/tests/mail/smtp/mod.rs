//! SMTP, against a server whose failures are scripted.

mod peer;

use std::time::Duration;

use coach_domain::mail::{Error, Mailer as _, Message};
use coach_workers::mail::send::{Smtp, SmtpSettings};

use self::peer::{Peer, Script, Security};
use crate::sample::{ID, samples};

fn settings(url: String) -> SmtpSettings {
    SmtpSettings {
        url,
        hello: "coach.example".into(),
        root_certificate: None,
        // Never passes if there is a response, however busy the machine is.
        timeout: Duration::from_mins(1),
    }
}

fn message() -> Message {
    Message {
        id: ID,
        from: "bounces@coach.example".into(),
        to: "ada@example.com".into(),
        mime: b"Subject: x\r\n\r\n.a line with a dot\r\nend\r\n".to_vec(),
    }
}

async fn send(script: Script) -> Result<Option<String>, Error> {
    let peer = Peer::start(script, Security::None).await;
    Smtp::new(&settings(peer.url("smtp", "")))
        .unwrap()
        .send(&message())
        .await
}

#[tokio::test]
async fn a_message_arrives_as_it_was_written() {
    let peer = Peer::start(Script::default(), Security::None).await;
    let smtp = Smtp::new(&settings(peer.url("smtp", ""))).unwrap();
    assert_eq!(smtp.send(&message()).await, Ok(Some("4XYZ".to_owned())));
    let written = samples().remove(2).render().unwrap();
    smtp.send(&written).await.unwrap();
    let seen = peer.seen();
    assert_eq!(
        seen.messages,
        [message().mime, written.mime].map(|mime| String::from_utf8(mime).unwrap())
    );
    assert_eq!(seen.connections, 1, "the connection is reused");
    assert_eq!(
        seen.commands,
        [
            "EHLO coach.example",
            "MAIL FROM:<bounces@coach.example>",
            "RCPT TO:<ada@example.com>",
            "DATA",
            "MAIL FROM:<bounces@mail.coach.example>",
            "RCPT TO:<ada@example.com>",
            "DATA"
        ]
    );
}

#[tokio::test]
async fn encrypted_and_signed_in_from_the_start_or_by_starttls() {
    for (security, scheme, query, hellos) in [
        (Security::Always, "smtps", "", 1),
        (Security::Start, "smtp", "?tls=required", 2),
    ] {
        let script = Script {
            password: Some("pa:ss/w@rd"),
            ..Script::default()
        };
        let peer = Peer::start(script, security).await;
        let url = peer
            .url(scheme, query)
            .replace("://", "://ada:pa%3Ass%2Fw%40rd@");
        let settings = SmtpSettings {
            root_certificate: Some(peer.certificate().into()),
            ..settings(url)
        };
        Smtp::new(&settings)
            .unwrap()
            .send(&message())
            .await
            .unwrap();
        let seen = peer.seen();
        assert_eq!(seen.messages.len(), 1, "{scheme}");
        assert_eq!(
            seen.commands
                .iter()
                .filter(|command| command.starts_with("EHLO"))
                .count(),
            hellos
        );
        assert!(
            seen.unencrypted
                .iter()
                .all(|command| !command.starts_with("AUTH") && !command.starts_with("MAIL")),
            "{:?}",
            seen.unencrypted
        );

        // A certificate that is not trusted.
        let distrusted = SmtpSettings {
            root_certificate: None,
            ..settings.clone()
        };
        let sent = Smtp::new(&distrusted).unwrap().send(&message()).await;
        assert!(matches!(sent, Err(Error::Unavailable { .. })), "{sent:?}");
        // The password is wrong.
        let wrong = SmtpSettings {
            url: settings.url.replace("pa%3A", "no"),
            ..settings
        };
        let sent = Smtp::new(&wrong).unwrap().send(&message()).await;
        assert!(matches!(sent, Err(Error::Unavailable { .. })), "{sent:?}");
        assert_eq!(peer.seen().messages.len(), 1);
    }
}

#[tokio::test]
async fn nothing_is_sent_unencrypted_if_encryption_is_required() {
    let peer = Peer::start(Script::default(), Security::None).await;
    let url = peer
        .url("smtp", "?tls=required")
        .replace("://", "://ada:secret@");
    let sent = Smtp::new(&settings(url)).unwrap().send(&message()).await;
    assert!(matches!(sent, Err(Error::Unavailable { .. })), "{sent:?}");
    let seen = peer.seen();
    assert!(
        seen.commands
            .iter()
            .all(|command| command.starts_with("EHLO") || command == "QUIT"),
        "{:?}",
        seen.commands
    );
}

#[tokio::test]
async fn errors_of_the_message_and_of_the_server_are_distinguished() {
    let refused = async |script| matches!(send(script).await, Err(Error::Refused(_)));
    let unavailable = async |script| matches!(send(script).await, Err(Error::Unavailable { .. }));
    let script = Script::default();
    assert!(
        unavailable(Script {
            greeting: "421 busy",
            ..script
        })
        .await
    );
    assert!(
        unavailable(Script {
            mail: "550 who are you",
            ..script
        })
        .await
    );
    assert!(
        refused(Script {
            mail: "552 too large",
            ..script
        })
        .await
    );
    assert!(
        refused(Script {
            rcpt: "550 no such user ada@example.com",
            ..script
        })
        .await
    );
    assert!(
        unavailable(Script {
            rcpt: "451 greylisted",
            ..script
        })
        .await
    );
    assert!(
        unavailable(Script {
            data: "451 later",
            ..script
        })
        .await
    );
    assert!(
        refused(Script {
            data: "554 no",
            ..script
        })
        .await
    );
    assert!(
        refused(Script {
            end: "554 spam",
            ..script
        })
        .await
    );
    assert!(
        unavailable(Script {
            end: "451 later",
            ..script
        })
        .await
    );
    let error = send(Script {
        rcpt: "550 no such user ada@example.com",
        ..script
    })
    .await
    .unwrap_err();
    assert!(!error.to_string().contains("ada"), "{error}");
}

#[tokio::test]
async fn only_a_disconnection_after_the_message_is_unknown() {
    for hang_up in ["greeting", "mail", "rcpt", "data"] {
        let sent = send(Script {
            hang_up,
            ..Script::default()
        })
        .await;
        assert!(
            matches!(sent, Err(Error::Unavailable { .. })),
            "{hang_up}: {sent:?}"
        );
    }
    let sent = send(Script {
        hang_up: "end",
        ..Script::default()
    })
    .await;
    assert!(matches!(sent, Err(Error::Unknown(_))), "{sent:?}");
}

#[tokio::test]
async fn only_a_timeout_after_the_message_is_unknown() {
    let wait = async |silent: &'static str| {
        let script = Script {
            silent,
            ..Script::default()
        };
        let peer = Peer::start(script, Security::None).await;
        let settings = SmtpSettings {
            // Long enough to reach the point where the server stops responding.
            timeout: Duration::from_secs(3),
            ..settings(peer.url("smtp", ""))
        };
        let sent = Smtp::new(&settings).unwrap().send(&message()).await;
        (sent.unwrap_err(), peer.seen())
    };
    let cases = ["mail", "rcpt", "data", "end"];
    let results = futures_util::future::join_all(cases.map(wait)).await;
    for (silent, (error, seen)) in cases.into_iter().zip(results) {
        let verb = if silent == "end" { "DATA" } else { silent }.to_uppercase();
        let last = seen.commands.last().expect("a command");
        assert!(last.starts_with(&verb), "{silent}: {last}");
        let in_doubt = matches!(error, Error::Unknown(_));
        assert!(
            in_doubt || matches!(error, Error::Unavailable { .. }),
            "{silent}: {error}"
        );
        assert_eq!(in_doubt, silent == "end", "{silent}: {error}");
        assert_eq!(seen.messages.len(), usize::from(in_doubt), "{silent}");
    }
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_replaced() {
    let peer = Peer::start(
        Script {
            hang_up: "after a message",
            ..Script::default()
        },
        Security::None,
    )
    .await;
    let smtp = Smtp::new(&settings(peer.url("smtp", ""))).unwrap();
    for _ in 0..3 {
        smtp.send(&message()).await.unwrap();
    }
    let seen = peer.seen();
    assert_eq!((seen.messages.len(), seen.connections), (3, 3));
}

#[tokio::test]
async fn after_a_refusal_the_next_message_goes_through() {
    let peer = Peer::start(
        Script {
            rcpt: "550 no",
            only_first: true,
            ..Script::default()
        },
        Security::None,
    )
    .await;
    let smtp = Smtp::new(&settings(peer.url("smtp", ""))).unwrap();
    assert!(matches!(
        smtp.send(&message()).await,
        Err(Error::Refused(_))
    ));
    smtp.send(&message()).await.unwrap();
}

#[test]
fn urls_are_checked() {
    let made = |url: &str| Smtp::new(&settings(url.to_owned()));
    for url in [
        "smtp://mail.example",
        "smtp://ada:x@mail.example:2525",
        "smtps://mail.example",
        "smtp://[::1]:25",
    ] {
        assert!(made(url).is_ok(), "{url}");
    }
    for url in [
        "http://mail.example",
        "smtp://",
        "mail.example",
        "smtp://ada@mail.example",
        "smtp://mail.example?tls=none",
        "smtps://a:%ff@mail.example",
    ] {
        assert!(made(url).is_err(), "{url}");
    }
}
