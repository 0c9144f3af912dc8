//! `coach live`.

use clap::{Subcommand, ValueEnum};
use coach_domain::url::Url;

use super::{ChangeOptions, Format};

pub(super) const AFTER_HELP: &str = "\
The status file follows the database. What is set by hand counts as if the video provider had said it, and states only go
forward: scheduled, live, ended, failed. A session that came on by mistake is set to ended or failed, and a new one is
announced in the app.

Each change is recorded in the table `audit`, with who made it. With --dry-run it is only said.

The database is COACH_DATABASE_URL (or DATABASE_URL); without one, that of the `coach dev` that runs with this
COACH_HOME. COACH_OBJECTS says where the file is.

Examples:
  coach live show
  coach live set live --playback-url https://play.example.com/a/playlist.m3u8
  coach live set ended
  coach live set --session ID --replay-url https://play.example.com/a/replay.m3u8
  coach live publish                            write the file again, should somebody have deleted it";

#[derive(Debug, Subcommand)]
pub(crate) enum Live {
    /// Show the status file, whether it says what the database says, and the sessions that are on or to come
    Show {
        /// How to print it; `json` is the status file alone, as the database has it
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Say how a session stands when the video provider does not, and write the status file
    Set {
        /// Where it stands
        #[arg(value_enum, required_unless_present_any = ["playback_url", "replay_url"])]
        state: Option<LiveStateArg>,
        /// Its id, as `show` prints it; without, the session of the status file
        #[arg(long, value_name = "ID")]
        session: Option<String>,
        /// The stream to play
        #[arg(long, value_name = "URL", value_parser = url)]
        playback_url: Option<Url>,
        /// The recording
        #[arg(long, value_name = "URL", value_parser = url)]
        replay_url: Option<Url>,
        #[command(flatten)]
        options: ChangeOptions,
    },
    /// Have the status file say what the database says
    Publish {
        /// Also when the file is ahead, as after the database was restored from a backup: lift the version above it
        #[arg(long)]
        raise: bool,
        #[command(flatten)]
        options: ChangeOptions,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LiveStateArg {
    /// It is on
    Live,
    /// It is over as intended
    Ended,
    /// It broke off, or will never come on
    Failed,
}

fn url(text: &str) -> Result<Url, String> {
    Url::parse(text).ok_or_else(|| "it must be an absolute http or https address".to_owned())
}
