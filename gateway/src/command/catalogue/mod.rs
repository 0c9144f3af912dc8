//! `coach catalogue import`.

mod progress;

use std::fmt::Write as _;

use anyhow::{anyhow, bail};
use coach_domain::catalogue::import::{
    Entry, Mode, Report, Stored, import, read_exercises, read_recipes,
};
use coach_gateway::{app, settings::Settings, stop::Stop};

use self::progress::Progress;
use super::database::{Purpose, given_or_running};
use crate::cli::{Catalogue, How, Import};

const PURPOSE: Purpose = Purpose {
    doing: "importing into",
    which: "the one to import into",
    then: "import",
};

/// Reads what is named and takes it into the catalogue.
pub(crate) async fn run(settings: &Settings, verb: &Catalogue) -> anyhow::Result<()> {
    let Catalogue::Import(verb) = verb;
    // Before anything else: a mistake in the name needs no database.
    match verb {
        Import::Exercises { file, how } => {
            let entries = read_exercises(file)?;
            take(settings, "exercises", &entries, *how).await
        }
        Import::Recipes { folder, how } => {
            let entries = read_recipes(folder)?;
            take(settings, "recipes", &entries, *how).await
        }
    }
}

async fn take<T: Stored>(
    settings: &Settings,
    what: &str,
    entries: &[Entry<T>],
    how: How,
) -> anyhow::Result<()> {
    let stop = Stop::on_signals()?;
    let pool = given_or_running(settings, &PURPOSE).await?;
    let mode = if how.dry_run {
        Mode::Compare
    } else {
        Mode::Write
    };
    let progress = Progress::new(what, entries.len());
    let mut step = |done, report: &Report| progress.show(done, report);
    let report = tokio::select! {
        report = import(&pool, entries, mode, &mut step) => report,
        () = stop.asked() => {
            progress.clear();
            let (done, all) = (progress.done(), entries.len());
            bail!("stopped after {done} of {all} {what}; what was taken stays, and the same command does the rest");
        }
    };
    progress.clear();
    let report = report.map_err(|error| {
        let (done, all) = (progress.done(), entries.len());
        anyhow!(
            "{}; {done} of {all} {what} are done, and the same command does the rest",
            app::plainly(&error)
        )
    })?;
    pool.close().await;
    super::print(&told(what, &report, how))?;
    if how.strict && !report.refused.is_empty() {
        let (refused, all) = (report.refused.len(), entries.len());
        bail!("{refused} of {all} {what} are refused, which --strict makes a failure");
    }
    Ok(())
}

/// What became of all, for standard output: those that are refused first, and the sum at the end.
fn told(what: &str, report: &Report, how: How) -> String {
    let mut text = String::new();
    for (name, reason) in &report.refused {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "refused: {name}: {reason}");
    }
    let Report {
        new,
        changed,
        unchanged,
        refused,
    } = report;
    let (taken, refused) = (report.taken(), refused.len());
    let _ = write!(
        text,
        "{taken} {what} taken ({new} new, {changed} changed, {unchanged} unchanged), {refused} refused"
    );
    text.push_str(if how.dry_run {
        "; this was a dry run, nothing is written\n"
    } else {
        "\n"
    });
    text
}
