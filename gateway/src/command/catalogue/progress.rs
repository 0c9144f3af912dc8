//! Showing how far an import is, on standard error.

use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use coach_domain::catalogue::import::Report;

/// How often the line of a terminal changes.
const OFTEN: Duration = Duration::from_millis(100);
/// How often there is a line where nobody watches.
const SELDOM: Duration = Duration::from_secs(5);

/// One line that changes on a terminal; elsewhere, as in a log, a line from time to time.
pub(super) struct Progress<'a> {
    what: &'a str,
    all: usize,
    done: AtomicUsize,
    shown: Mutex<Instant>,
    is_terminal: bool,
}

impl<'a> Progress<'a> {
    pub(super) fn new(what: &'a str, all: usize) -> Self {
        Self {
            what,
            all,
            done: AtomicUsize::new(0),
            shown: Mutex::new(Instant::now()),
            is_terminal: io::stderr().is_terminal(),
        }
    }

    /// How many are done.
    pub(super) fn done(&self) -> usize {
        self.done.load(Relaxed)
    }

    /// Notes how many are done, and shows it when it is time to.
    pub(super) fn show(&self, done: usize, report: &Report) {
        self.done.store(done, Relaxed);
        let every = if self.is_terminal { OFTEN } else { SELDOM };
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.elapsed() < every {
            return;
        }
        *shown = Instant::now();
        let line = line(self.what, done, self.all, report);
        let mut errors = io::stderr().lock();
        // Who does not want to see it is no reason to stop.
        let _ = if self.is_terminal {
            write!(errors, "\r{line}\x1b[K").and_then(|()| errors.flush())
        } else {
            writeln!(errors, "coach: {line}")
        };
    }

    /// Takes the line of a terminal away.
    pub(super) fn clear(&self) {
        if self.is_terminal {
            let mut errors = io::stderr().lock();
            let _ = write!(errors, "\r\x1b[K").and_then(|()| errors.flush());
        }
    }
}

fn line(what: &str, done: usize, all: usize, report: &Report) -> String {
    let percent = done * 100 / all.max(1);
    let (new, changed, refused) = (report.new, report.changed, report.refused.len());
    format!("{done} of {all} {what} ({percent} %): {new} new, {changed} changed, {refused} refused")
}

#[cfg(test)]
mod tests {
    use super::{Report, line};

    #[test]
    fn the_line_says_how_far_it_is() {
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
