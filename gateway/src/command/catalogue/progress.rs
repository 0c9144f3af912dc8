//! Shows the progress of an import on standard error.

use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use coach_content::import::Report;

/// How often the line on a terminal is updated.
const TERMINAL_INTERVAL: Duration = Duration::from_millis(100);
/// How often a line is printed when standard error is not a terminal.
const LOG_INTERVAL: Duration = Duration::from_secs(5);

/// One line that is updated in place on a terminal; elsewhere, as in a log, a new line from time to time.
pub(super) struct Progress<'a> {
    noun: &'a str,
    total: usize,
    done: AtomicUsize,
    shown_at: Mutex<Instant>,
    is_terminal: bool,
}

impl<'a> Progress<'a> {
    pub(super) fn new(noun: &'a str, total: usize) -> Self {
        Self {
            noun,
            total,
            done: AtomicUsize::new(0),
            shown_at: Mutex::new(Instant::now()),
            is_terminal: io::stderr().is_terminal(),
        }
    }

    /// How many entries are done.
    pub(super) fn done(&self) -> usize {
        self.done.load(Relaxed)
    }

    /// Records how many entries are done, and shows it if the interval has passed.
    pub(super) fn show(&self, done: usize, report: &Report) {
        self.done.store(done, Relaxed);
        let interval = if self.is_terminal {
            TERMINAL_INTERVAL
        } else {
            LOG_INTERVAL
        };
        let mut shown_at = self.shown_at.lock().unwrap_or_else(PoisonError::into_inner);
        if shown_at.elapsed() < interval {
            return;
        }
        *shown_at = Instant::now();
        let line = line(self.noun, done, self.total, report);
        let mut errors = io::stderr().lock();
        // A closed standard error must not stop the import.
        let _ = if self.is_terminal {
            write!(errors, "\r{line}\x1b[K").and_then(|()| errors.flush())
        } else {
            writeln!(errors, "coach: {line}")
        };
    }

    /// Clears the line on a terminal.
    pub(super) fn clear(&self) {
        if self.is_terminal {
            let mut errors = io::stderr().lock();
            let _ = write!(errors, "\r\x1b[K").and_then(|()| errors.flush());
        }
    }
}

fn line(noun: &str, done: usize, total: usize, report: &Report) -> String {
    let percent = done * 100 / total.max(1);
    let (new, changed, refused) = (report.new, report.changed, report.refused.len());
    format!(
        "{done} of {total} {noun} ({percent} %): {new} new, {changed} changed, {refused} refused"
    )
}

#[cfg(test)]
mod tests {
    use super::{Report, line};

    #[test]
    fn the_line_shows_counts_and_percentage() {
        let report = Report {
            new: 200,
            changed: 3,
            ..Report::default()
        };
        assert_eq!(
            line("exercises", 218, 873, &report),
            "218 of 873 exercises (24 %): 200 new, 3 changed, 0 refused"
        );
        assert!(line("recipes", 0, 0, &report).contains("(0 %)"));
    }
}
