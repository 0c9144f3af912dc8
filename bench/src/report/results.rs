//! Saves results in `bench/RESULTS.md`, in a section for each subcommand, delimited by comments.

use std::{fs, io::ErrorKind, path::Path};

use anyhow::Context as _;

const TITLE: &str =
    "# Results\n\nMade by the commands below; `bench/README.md` says what is measured.\n";

/// Replaces the section of this subcommand, or appends it.
pub(crate) fn save(verb: &str, section: &str) -> anyhow::Result<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md");
    let old = match fs::read_to_string(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => TITLE.to_owned(),
        text => text.with_context(|| file.display().to_string())?,
    };
    fs::write(&file, replaced(&old, verb, section)).with_context(|| file.display().to_string())
}

/// Writes a file of this name to `bench/plots`.
pub(crate) fn save_plot(name: &str, svg: &str) -> anyhow::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("plots");
    fs::create_dir_all(&folder)?;
    let file = folder.join(name);
    fs::write(&file, svg).with_context(|| file.display().to_string())
}

fn replaced(old: &str, verb: &str, section: &str) -> String {
    let (begin, end) = (
        format!("<!-- bench:{verb} -->\n"),
        format!("<!-- /bench:{verb} -->\n"),
    );
    let marked = format!("{begin}{section}{end}");
    let found = old.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some(format!("{before}{marked}{after}"))
    });
    found.unwrap_or_else(|| format!("{old}\n{marked}"))
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn each_verb_has_one_section() {
        let both = replaced(&replaced("# Results\n", "run", "old\n"), "memory", "kept\n");
        let again = replaced(&both, "run", "new\n");
        let wanted = "# Results\n\n<!-- bench:run -->\nnew\n<!-- /bench:run -->\n\n\
                      <!-- bench:memory -->\nkept\n<!-- /bench:memory -->\n";
        assert_eq!(again, wanted);
    }
}
