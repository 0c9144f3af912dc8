//! `coach catalogue import`.

mod progress;

use std::fmt::Write as _;

use anyhow::{anyhow, bail};
use coach_content::import::{
    Entry, Importable, Mode, Report, import, read_exercises, read_recipes,
};
use coach_gateway::{settings::Settings, stop::Stop};

use self::progress::Progress;
use super::database::{Purpose, open_configured_or_dev};
use crate::cli::{Catalogue, Import, ImportOptions};

const PURPOSE: Purpose = Purpose {
    activity: "importing into",
    target: "the one to import into",
    action: "import",
};

/// Reads the given files and imports them into the catalogue.
pub(crate) async fn run(settings: &Settings, verb: &Catalogue) -> anyhow::Result<()> {
    let Catalogue::Import(verb) = verb;
    // The files are read before the database is opened, so that a wrong path fails at once.
    match verb {
        Import::Exercises { file, options } => {
            let entries = read_exercises(file)?;
            import_entries(settings, "exercises", &entries, *options).await
        }
        Import::Recipes { folder, options } => {
            let entries = read_recipes(folder)?;
            import_entries(settings, "recipes", &entries, *options).await
        }
    }
}

async fn import_entries<T: Importable>(
    settings: &Settings,
    noun: &str,
    entries: &[Entry<T>],
    options: ImportOptions,
) -> anyhow::Result<()> {
    let stop = Stop::on_signals()?;
    let pool = open_configured_or_dev(settings, &PURPOSE).await?;
    let mode = if options.dry_run {
        Mode::Compare
    } else {
        Mode::Write
    };
    let progress = Progress::new(noun, entries.len());
    let mut step = |done, report: &Report| progress.show(done, report);
    let report = tokio::select! {
        report = import(&pool, entries, mode, &mut step) => report,
        () = stop.requested() => {
            progress.clear();
            let (done, all) = (progress.done(), entries.len());
            bail!("stopped after {done} of {all} {noun}; what was taken stays, and the same command does the rest");
        }
    };
    progress.clear();
    let report = report.map_err(|error| {
        let (done, all) = (progress.done(), entries.len());
        anyhow!(
            "{}; {done} of {all} {noun} are done, and the same command does the rest",
            error.message_with_cause()
        )
    })?;
    pool.close().await;
    super::print(&summary(noun, &report, options))?;
    if options.strict && !report.refused.is_empty() {
        let (refused, all) = (report.refused.len(), entries.len());
        bail!("{refused} of {all} {noun} are refused, which --strict makes a failure");
    }
    Ok(())
}

/// The result for standard output: a line for each refused entry, then the totals.
fn summary(noun: &str, report: &Report, options: ImportOptions) -> String {
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
    let (taken, refused) = (report.accepted(), refused.len());
    let _ = write!(
        text,
        "{taken} {noun} taken ({new} new, {changed} changed, {unchanged} unchanged), {refused} refused"
    );
    text.push_str(if options.dry_run {
        "; this was a dry run, nothing is written\n"
    } else {
        "\n"
    });
    text
}
