//! `/dev/mail`, where `coach dev` shows the emails in its folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use coach_domain::{
    clock::Clock as _,
    mail::{Mailer as _, Message},
    member,
    outbox::Decode as _,
};
use coach_workers::mail::{
    Attachment, EmailPayload, Recipient, attachment::PlanAttachment, render, send::Mailbox,
};
use mail_parser::{MessageParser, MimeHeaders as _};
use reqwest::header::HeaderMap;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use uuid::Uuid;

use crate::{
    harness::{TestApp, member::MAYA},
    letters::maya,
};

/// A hostile email. Strangers control parts of emails where these quote members' names or answers.
const HOSTILE: &str = "From: eve@example.com\r
To: \"<b>Ada</b>\" <ada@example.com>\r
Subject: <script>alert('subject')</script>\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=part\r
\r
--part\r
Content-Type: multipart/alternative; boundary=text\r
\r
--text\r
Content-Type: text/plain\r
\r
</pre><script>alert('text')</script>\r
--text\r
Content-Type: text/html\r
\r
<form action=\"https://eve.example\"><script>alert('html')</script></form>\r
--text--\r
--part\r
Content-Type: text/html\r
Content-Disposition: attachment; filename=\"../<img src=x>\\\"; x=.html\"\r
\r
<script>alert('file')</script>\r
--part--\r
";

/// A folder that does not exist yet.
fn folder(name: &str) -> PathBuf {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mail-of-tests");
    let folder = all.join(name).join("mail");
    let _ = fs::remove_dir_all(folder.parent().expect("a parent"));
    folder
}

/// A gateway as `coach dev` runs it, and the mailer with which its workers write to the folder.
async fn start(folder: &Path) -> (TestApp, Mailbox) {
    let path = folder.to_str().expect("text");
    let test = TestApp::in_dev_mode(&[("COACH_MAIL", path)]).await;
    let mailbox = Mailbox::new(folder, test.clock.clone());
    (test, mailbox)
}

async fn put(mailbox: &Mailbox, message: &Message) -> String {
    let name = mailbox.send(message).await.expect("sent");
    name.expect("a name")
}

fn hostile() -> Message {
    Message {
        id: Uuid::from_u128(2),
        from: "eve@example.com".to_owned(),
        to: "ada@example.com".to_owned(),
        mime: HOSTILE.as_bytes().to_vec(),
    }
}

async fn get(test: &TestApp, path: &str) -> (u16, HeaderMap, Vec<u8>) {
    let answer = test.client.get(format!("{}{path}", test.base)).send().await;
    let answer = answer.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (
        status,
        headers,
        answer.bytes().await.expect("a body").into(),
    )
}

/// A page's HTML and its content security policy. The page must load nothing, run no scripts and not be cached.
async fn page(test: &TestApp, path: &str) -> (String, String) {
    let (status, headers, bytes) = get(test, path).await;
    let header = |name| headers[name].to_str().expect(name).to_owned();
    assert_eq!(status, 200, "{path}");
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    assert_eq!(header("cache-control"), "no-store");
    let policy = header("content-security-policy");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(!policy.contains("script-src"), "{policy}");
    (String::from_utf8(bytes).expect("text"), policy)
}

#[tokio::test]
async fn a_mail_is_listed_and_shown_with_all_that_is_in_it() {
    let (test, mailbox) = start(&folder("shown")).await;
    let (empty, _) = page(&test, "/dev/mail").await;
    assert!(empty.contains("Nothing yet"), "{empty}");

    // Rendered as the worker does.
    let now = test.clock.now();
    let (id, cycle) = maya(&test).await;
    let catalogue = test.app.catalogue.get(&test.app.database).await;
    let catalogue = catalogue.expect("the catalogue");
    let plan = PlanAttachment::load(&*test.pool, &catalogue, cycle, now).await;
    let plan = Attachment::Plan(Box::new(plan.expect("loaded").expect("a plan")));
    let members = member::find(&*test.pool, &[id], now).await.expect("found");
    let message = render(
        Uuid::from_u128(1),
        &EmailPayload::decode("email.your-plan", 1, &json!({ "cycle": cycle.id }))
            .expect("a letter"),
        &Recipient::from_member(&members[0]).expect("an address"),
        &plan,
        &test.settings.worker.mail.sender,
        now,
    );
    let message = message.expect("written");
    let name = put(&mailbox, &message).await;
    test.advance(chrono::TimeDelta::seconds(1));
    let newer = put(&mailbox, &hostile()).await;

    let sent = MessageParser::default()
        .parse(&message.mime)
        .expect("a mail");
    let subject = sent.subject().expect("a subject");
    let (list, _) = page(&test, "/dev/mail").await;
    for part in [subject, MAYA, "2026-03-18 12:00:00 UTC"] {
        assert!(list.contains(part), "{part} is not in {list}");
    }
    let position = |name: &str| list.find(&format!(r#"href="/dev/mail/{name}""#));
    assert!(position(&newer).expect("there") < position(&name).expect("there"));

    let base = format!("/dev/mail/{name}");
    let (shown, policy) = page(&test, &base).await;
    let frame = format!(r#"<iframe src="{base}/html" sandbox "#);
    assert!(shown.contains(&frame), "{shown}");
    assert!(policy.contains("frame-src 'self'"), "{policy}");
    let text = sent.body_text(0).expect("a text");
    let line = text.lines().find(|line| line.len() > 30).expect("a line");
    assert!(shown.contains(line), "{line} is not in {shown}");

    let (html, _) = page(&test, &format!("{base}/html")).await;
    assert_eq!(html, sent.body_html(0).expect("an HTML part"));

    assert_eq!(sent.attachment_count(), 2);
    for (index, file) in sent.attachments().enumerate() {
        let path = format!("{base}/attachments/{index}");
        let file_name = file.attachment_name().expect("a name");
        let link = format!(r#"<a href="{path}">{file_name}</a>"#);
        assert!(shown.contains(&link), "{link} is not in {shown}");
        let (status, headers, bytes) = get(&test, &path).await;
        assert_eq!((status, bytes.as_slice()), (200, file.contents()));
        let disposition = format!("attachment; filename=\"{file_name}\"");
        assert_eq!(headers["content-disposition"], disposition);
    }
    let (status, _, calendar) = get(&test, &format!("{base}/attachments/0")).await;
    assert_eq!(status, 200);
    assert!(calendar.starts_with(b"BEGIN:VCALENDAR"));
    for index in ["2", "-1", "x", "99999999999999999999999"] {
        let (status, ..) = get(&test, &format!("{base}/attachments/{index}")).await;
        assert!((400..500).contains(&status), "{index}: {status}");
    }
}

#[tokio::test]
async fn what_strangers_wrote_does_nothing() {
    let (test, mailbox) = start(&folder("hostile")).await;
    let name = put(&mailbox, &hostile()).await;
    let base = format!("/dev/mail/{name}");
    for path in ["/dev/mail", &base] {
        let (page, _) = page(&test, path).await;
        assert!(page.contains("alert("), "it is shown: {page}");
        for tag in ["<script", "<img", "<b>", "</pre><"] {
            assert!(!page.contains(tag), "{tag} is in {page}");
        }
    }
    // The HTML is served unchanged, so its policy must forbid scripts and forms.
    let (html, policy) = page(&test, &format!("{base}/html")).await;
    assert!(html.contains("<script>alert('html')</script>"), "{html}");
    let directives: Vec<_> = policy.split(';').map(str::trim).collect();
    assert!(directives.contains(&"sandbox"), "{policy}");
    // An attachment is downloaded, not displayed, under a harmless file name.
    let (status, headers, bytes) = get(&test, &format!("{base}/attachments/0")).await;
    assert_eq!(status, 200);
    assert!(bytes.starts_with(b"<script>"));
    assert_eq!(headers["content-type"], "application/octet-stream");
    let disposition = headers["content-disposition"].to_str().expect("text");
    let file = disposition.strip_prefix("attachment; filename=\"");
    let file = file.and_then(|it| it.strip_suffix('"')).expect(disposition);
    assert!(
        !file.contains(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)),
        "{disposition}"
    );
}

/// Sends the path unchanged; HTTP clients would normalise it.
async fn raw(test: &TestApp, path: &str) -> String {
    let address = test.base.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).await.expect("connected");
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answered");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn no_name_leads_out_of_the_folder() {
    let folder = folder("outside");
    let (test, mailbox) = start(&folder).await;
    let name = put(&mailbox, &hostile()).await;
    // Existing files: one beside the folder with a valid name, and some inside it with other names.
    let outside = folder.parent().expect("a parent");
    fs::copy(folder.join(&name), outside.join(&name)).expect("copied");
    fs::copy(folder.join(&name), folder.join("secret.eml")).expect("copied");
    fs::create_dir(folder.join("deeper")).expect("made");
    fs::copy(folder.join(&name), folder.join("deeper").join(&name)).expect("copied");
    let absolute = outside
        .join(&name)
        .display()
        .to_string()
        .replace('/', "%2F");
    let names = [
        format!("../{name}"),
        format!("..%2F{name}"),
        format!("..%2f..%2foutside%2f{name}"),
        format!("%2e%2e%2f{name}"),
        format!("%252e%252e%252f{name}"),
        format!("..%5C{name}"),
        format!("deeper%2F{name}"),
        format!(".%2F{name}"),
        absolute,
        format!("{name}%00"),
        format!("{name}%00.eml"),
        format!(".{name}"),
        name.to_uppercase(),
        "secret.eml".to_owned(),
        "..%2F..%2F..%2F..%2F..%2F..%2F..%2F..%2Fetc%2Fpasswd".to_owned(),
        "../../../../../../../../etc/passwd".to_owned(),
    ];
    for name in &names {
        for part in ["", "/html", "/attachments/0"] {
            let answer = raw(&test, &format!("/dev/mail/{name}{part}")).await;
            assert!(answer.starts_with("HTTP/1.1 404 "), "{name}: {answer}");
            assert!(!answer.contains("alert(") && !answer.contains("root:"));
        }
    }
    // The valid name is found in the same way, and the other files are not listed.
    let answer = raw(&test, &format!("/dev/mail/{name}")).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let (list, _) = page(&test, "/dev/mail").await;
    assert_eq!(list.matches("href=").count(), 1, "{list}");
}

#[tokio::test]
async fn only_development_has_it() {
    let folder = folder("elsewhere");
    let path = folder.to_str().expect("text");
    // `coach serve` with a mail folder; and `coach dev` with SMTP.
    let serving = TestApp::with_env(&[("COACH_MAIL", path)]).await;
    let sending = TestApp::in_dev_mode(&[
        ("COACH_MAIL", "smtp://127.0.0.1:1"),
        ("COACH_MAIL_FROM", "hello@coach.example"),
        ("COACH_MAIL_APP_URL", "https://coach.example"),
        ("COACH_MAIL_IMPRINT", "Coach"),
    ])
    .await;
    let mailbox = Mailbox::new(&folder, serving.clock.clone());
    let name = put(&mailbox, &hostile()).await;
    for test in [&serving, &sending] {
        for path in [
            "/dev/mail".to_owned(),
            format!("/dev/mail/{name}"),
            format!("/dev/mail/{name}/html"),
            format!("/dev/mail/{name}/attachments/0"),
        ] {
            let (status, _, body) = get(test, &path).await;
            assert_eq!(status, 404, "{path}");
            assert!(!String::from_utf8_lossy(&body).contains("alert("));
        }
    }
}
