//! Finding programs, or installing them where that can be done without asking.

use std::{
    io::ErrorKind,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail, ensure};

use crate::say;

const APT: &str = "/usr/bin/apt-get";

/// A program that measurements need, and the package that has it.
pub(crate) struct Program {
    name: &'static str,
    debian: &'static str,
    homebrew: &'static str,
}

/// The load generator.
pub(crate) const WRK: Program = Program {
    name: "wrk",
    debian: "wrk",
    homebrew: "wrk",
};

/// A server of files, and the edge of a CDN.
pub(crate) const NGINX: Program = Program {
    name: "nginx",
    debian: "nginx-light",
    homebrew: "nginx",
};

impl Program {
    /// Makes sure that there is one, and says which.
    pub(crate) fn find(&self) -> anyhow::Result<String> {
        let Self {
            name,
            debian,
            homebrew,
        } = self;
        if let Some(version) = self.version()? {
            return Ok(version);
        }
        let is_debian = Path::new("/etc/debian_version").exists() && Path::new(APT).exists();
        if !is_debian || !rustix::process::geteuid().is_root() {
            bail!(
                "{name} is missing; to install it:\n\n    \
                 sudo apt-get install -y {debian}    # Debian, Ubuntu\n    \
                 brew install {homebrew}               # macOS\n"
            );
        }
        say(&format!(
            "no {name} was found: installing the package `{debian}` with apt-get"
        ));
        // What an update cannot reach may not be needed: installing decides.
        let _ = apt(&["update"]);
        apt(&["install", "-y", "--no-install-recommends", debian])?;
        let version = self.version()?;
        version.with_context(|| format!("apt-get installed {name}, but it is not on the PATH"))
    }

    /// `None` where there is none.
    fn version(&self) -> anyhow::Result<Option<String>> {
        // The exit status says nothing: of wrk with -v it is that of a mistake.
        let output = match Command::new(self.name).arg("-v").output() {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            output => output.context(self.name)?,
        };
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        Ok(Some(first_words(&text).to_owned()))
    }
}

/// Up to what it was built with: `wrk debian/4.1.0-3+b2 [epoll] Copyright …`.
fn first_words(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.split(['[', '(']).next().unwrap_or_default().trim()
}

fn apt(arguments: &[&str]) -> anyhow::Result<()> {
    let output = Command::new(APT)
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        // Services are not started by being installed.
        .env("RUNLEVEL", "1")
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
    use super::first_words;

    #[test]
    fn the_version_is_the_beginning_of_the_first_line() {
        let debian = "wrk debian/4.1.0-3+b2 [epoll] Copyright (C) 2012 Will Glozer\nUsage: wrk";
        assert_eq!(first_words(debian), "wrk debian/4.1.0-3+b2");
        let homebrew = "wrk 4.2.0 [kqueue] Copyright (C) 2012 Will Glozer\n";
        assert_eq!(first_words(homebrew), "wrk 4.2.0");
        let nginx = "nginx version: nginx/1.26.3\n";
        assert_eq!(first_words(nginx), "nginx version: nginx/1.26.3");
    }
}
