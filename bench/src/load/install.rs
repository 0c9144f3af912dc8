//! Finding wrk, or installing it where that can be done without asking.

use std::{
    io::ErrorKind,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail, ensure};

use crate::say;

const APT: &str = "/usr/bin/apt-get";

/// Makes sure that there is wrk, and says which.
pub(crate) fn find() -> anyhow::Result<String> {
    if let Some(version) = version()? {
        return Ok(version);
    }
    let debian = Path::new("/etc/debian_version").exists() && Path::new(APT).exists();
    if !debian || !rustix::process::geteuid().is_root() {
        bail!(
            "the load generator wrk is missing; to install it:\n\n    \
             sudo apt-get install -y wrk    # Debian, Ubuntu\n    \
             brew install wrk               # macOS\n"
        );
    }
    say("no wrk was found: installing the package `wrk` with apt-get");
    // What an update cannot reach may not be needed: installing decides.
    let _ = apt(&["update"]);
    apt(&["install", "-y", "--no-install-recommends", "wrk"])?;
    version()?.context("apt-get installed wrk, but it is not on the PATH")
}

/// `None` where there is none.
fn version() -> anyhow::Result<Option<String>> {
    // Its exit status says nothing: with -v it is that of a mistake.
    let output = match Command::new("wrk").arg("-v").output() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        output => output.context("wrk")?,
    };
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(Some(parse(&text).unwrap_or("wrk").to_owned()))
}

/// The first words, up to what it was built with: `wrk debian/4.1.0-3+b2 [epoll] Copyright …`.
fn parse(text: &str) -> Option<&str> {
    let line = text.lines().next()?;
    let words = line.split(['[', '(']).next()?.trim();
    words.starts_with("wrk ").then_some(words)
}

fn apt(arguments: &[&str]) -> anyhow::Result<()> {
    let output = Command::new(APT)
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .output()
        .context(APT)?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "apt-get {} failed: {errors}",
        arguments.join(" ")
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn the_version_is_the_beginning_of_the_first_line() {
        let debian = "wrk debian/4.1.0-3+b2 [epoll] Copyright (C) 2012 Will Glozer\nUsage: wrk";
        assert_eq!(parse(debian), Some("wrk debian/4.1.0-3+b2"));
        let homebrew = "wrk 4.2.0 [kqueue] Copyright (C) 2012 Will Glozer\n";
        assert_eq!(parse(homebrew), Some("wrk 4.2.0"));
        assert_eq!(parse("sh: 1: not this\n"), None);
    }
}
