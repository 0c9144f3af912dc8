//! The message of `coach dev` when it is ready: URLs to open and commands to paste.

use std::net::SocketAddr;

use coach_content::seed::DEMO;
use coach_domain::clock::{Clock as _, SystemClock};
use coach_gateway::{
    auth::LocalIssuer,
    settings::{Mail, Settings, reachable_address},
};

use super::demo_live_session;

const QUERY: &str = "{ me { displayName plan { currentCycle { today { date workouts { workout { title } } meals { \
                     slot recipe { title } } } } } } }";

/// The text, for a gateway that listens on `address`.
pub(super) fn welcome(
    settings: &Settings,
    address: SocketAddr,
    live_session: bool,
) -> anyhow::Result<String> {
    let address = reachable_address(address);
    let mut text = format!(
        "\nCoach is ready. Click:\n\n    \
         http://{address}/graphiql          try queries\n    \
         http://{address}/console           queues, webhooks, live sessions, slow requests\n    \
         http://{address}/schema.graphql    the schema, for code generators\n    \
         http://{address}/live/status.json  the status file of live sessions\n"
    );
    if matches!(settings.storage.mail, Mail::Folder(_)) {
        text += &format!("    http://{address}/dev/mail          mail that was sent\n");
    }
    if live_session {
        let minutes = demo_live_session::START_DELAY.num_minutes();
        text +=
            &format!("\nA demo of a live session is on air {minutes} minutes after the start.\n");
    }
    if settings.auth.issuer.is_none() {
        let issuer = LocalIssuer::open(&settings.home)?;
        let token = issuer.token(DEMO.mid_cycle, &[], SystemClock.now())?;
        let (home, program) = (home(settings), program());
        for part in [
            "\nOr paste, for today's workouts and meals of a demo member:\n\n",
            &curl(address, &token),
            "\nThe same with a fresh token, in another terminal:\n\n",
            &format!("    TOKEN=$({home}{program} token)\n"),
            &curl(address, "$TOKEN"),
        ] {
            text.push_str(part);
        }
    }
    Ok(text + "\nCtrl-C stops everything.\n\n")
}

fn curl(address: SocketAddr, token: &str) -> String {
    format!(
        "    curl -s http://{address}/graphql -H 'content-type: application/json' \
         -H \"authorization: Bearer {token}\" -d '{{\"query\": \"{QUERY}\"}}'\n"
    )
}

fn home(settings: &Settings) -> String {
    let home = settings.home.display().to_string();
    if home == ".coach" {
        String::new()
    } else {
        format!("COACH_HOME='{home}' ")
    }
}

/// The program's name as typed by the user, valid in the same working directory.
fn program() -> String {
    let name = std::env::args().next();
    name.unwrap_or_else(|| "coach".to_owned())
}
