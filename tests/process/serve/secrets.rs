//! Secrets that change while `coach serve` runs, and tokens in place of the database's password.

use std::{
    fs,
    io::{Read, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    thread,
};

use coach_tests::wait_for;
use sea_orm::{ConnectionTrait as _, Database};
use sha2::{Digest as _, Sha256};

use super::{Fixture, ServeProcess, graphql_request, read_response};
use crate::coach::{folder, operator, run, share_machine};

/// A file with a secret.
struct Secret(PathBuf);

impl Secret {
    /// Replaces the content, as a volume of Kubernetes does: by another file.
    fn set(&self, content: &str) {
        let new = self.0.with_extension("new");
        fs::write(&new, format!("{content}\n")).expect("written");
        fs::rename(&new, &self.0).expect("replaced");
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

/// Executes a statement as the superuser of the fixture's database.
fn execute(fixture: &Fixture, sql: &str) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let database = Database::connect(&fixture.url).await.expect("it connects");
        database.execute_unprepared(sql).await.expect(sql);
        database.close().await.expect("closed");
    });
}

/// Whether another service with this API key is known.
fn knows(process: &ServeProcess, key: &str) -> bool {
    let body = r#"{"query":"{ __typename }"}"#;
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nx-api-key: {key}\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = process.send(request.as_bytes()).expect("an answer");
    let is_known = answer.starts_with("HTTP/1.1 200");
    assert!(is_known || answer.starts_with("HTTP/1.1 401"), "{answer}");
    is_known
}

fn has_database(process: &ServeProcess, token: &str) -> bool {
    let mut stream = process.connect().expect("a connection");
    let request = graphql_request(token, "{ me { id } }");
    stream.write_all(request.as_bytes()).expect("sent");
    let answer = read_response(&mut stream).expect("an answer");
    !answer.contains("\"errors\"")
}

#[test]
fn secrets_in_files_are_used_as_soon_as_they_change() {
    let _lock = share_machine();
    let fixture = Fixture::new();
    let folder = folder();
    let (keys, url) = (
        Secret(folder.join("api-keys")),
        Secret(folder.join("database-url")),
    );
    let digest = |key: &str| format!("partner={}", hex::encode(Sha256::digest(key)));
    // The server here asks for no password, so the role is another one, as rotation with two users has it.
    let url_of = |role: &str| {
        let mut url = reqwest::Url::parse(&fixture.url).expect("a URL");
        url.set_username(role).expect("a user");
        url.to_string()
    };
    keys.set(&digest("first key"));
    url.set(&url_of("first"));
    execute(
        &fixture,
        "CREATE ROLE first LOGIN SUPERUSER; CREATE ROLE second LOGIN SUPERUSER",
    );
    let process = fixture.serve_with(
        &[
            ("COACH_AUTH_LOCAL", "yes"),
            ("COACH_DATABASE_URL", ""),
            ("COACH_DATABASE_URL_FILE", url.path()),
            ("COACH_AUTH_API_KEYS_FILE", keys.path()),
        ],
        "exec \"$0\" serve --with-workers",
    );
    assert!(knows(&process, "first key") && !knows(&process, "second key"));

    // What cannot be used changes nothing.
    keys.set("nonsense");
    wait_for(
        || process.log().contains("cannot be used").then_some(()),
        || format!("the mistake is in the log\n{}", process.log()),
    );
    assert!(knows(&process, "first key"));

    keys.set(&digest("second key"));
    wait_for(
        || knows(&process, "second key").then_some(()),
        || format!("the second key is known\n{}", process.log()),
    );
    assert!(!knows(&process, "first key"));
    wait_for(
        || (process.log().matches("workers started").count() == 2).then_some(()),
        || format!("the workers were started anew\n{}", process.log()),
    );

    // The old role can open no connection any more.
    execute(&fixture, "ALTER ROLE first NOLOGIN");
    execute(
        &fixture,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'first'",
    );
    wait_for(
        || (!has_database(&process, &fixture.token)).then_some(()),
        || "the old role has no access any more".to_owned(),
    );
    // While another file is being replaced, too.
    let content = fs::read(&keys.0).expect("read");
    fs::remove_file(&keys.0).expect("removed");
    url.set(&url_of("second"));
    wait_for(
        || (process.log().matches("cannot be used").count() == 2).then_some(()),
        || format!("the missing file is in the log\n{}", process.log()),
    );
    fs::write(&keys.0, content).expect("written");
    wait_for(
        || has_database(&process, &fixture.token).then_some(()),
        || format!("the new role is used\n{}", process.log()),
    );
}

/// Reads one of the messages of Postgres' protocol that begin with their length, and returns the rest of it.
fn read_message(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).expect("a length");
    let length = usize::try_from(u32::from_be_bytes(length)).expect("a length");
    let mut message = vec![0; length - 4];
    stream.read_exact(&mut message).expect("a message");
    message
}

/// A server that asks whoever connects for a password, and returns the first one.
fn password_asked_by(listener: TcpListener) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        // A request for TLS is declined; then the client's parameters follow.
        read_message(&mut stream);
        stream.write_all(b"N").expect("declined");
        read_message(&mut stream);
        // AuthenticationCleartextPassword
        stream.write_all(b"R\0\0\0\x08\0\0\0\x03").expect("asked");
        let mut kind = [0];
        stream.read_exact(&mut kind).expect("an answer");
        assert_eq!(kind, *b"p");
        let password = read_message(&mut stream);
        String::from_utf8(password).expect("UTF-8")
    })
}

#[test]
fn a_token_of_iam_is_the_password_of_the_database() {
    let _lock = share_machine();
    let folder = folder();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let password = password_asked_by(listener);
    let migrate = |url: &str| {
        let mut migrate = operator(&folder);
        migrate
            .arg("migrate")
            .env("COACH_DATABASE_AUTH", "iam")
            .env("COACH_DATABASE_URL", url)
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret");
        run(migrate).1
    };
    let output = migrate("postgres://coach:secret@127.0.0.1:1/coach");
    assert!(output.contains("it has no password"), "{output}");

    // The doctor goes on without a token.
    let mut doctor = operator(&folder);
    doctor
        .args(["doctor", "--role", "worker"])
        .env("COACH_DATABASE_AUTH", "iam")
        .env("COACH_DATABASE_URL", "postgres://coach@127.0.0.1:1/coach")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env_remove("AWS_REGION");
    let output = run(doctor).1;
    for part in ["database: token", "set AWS_REGION", "clock: database"] {
        assert!(output.contains(part), "{part}: {output}");
    }

    migrate(&format!("postgres://coach@127.0.0.1:{port}/coach"));
    let password = password.join().expect("a password");
    let begin = format!("127.0.0.1:{port}/?Action=connect&DBUser=coach&X-Amz-Algorithm=");
    assert!(password.starts_with(&begin), "{password}");
    assert!(
        password.contains("%2Feu-central-1%2Frds-db%2Faws4_request")
            && password.contains("&X-Amz-Signature="),
        "{password}"
    );
}
