//! Finds the programs that measurements need, and installs them if run as root on Debian.

use std::{
    io::ErrorKind,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail, ensure};

use crate::log_progress;

const APT: &str = "/usr/bin/apt-get";

/// A program, with the package of Debian that contains it. Homebrew's is named like the program.
pub(crate) struct Program {
    name: &'static str,
    debian: &'static str,
}

/// The load generator.
pub(crate) const WRK: Program = Program {
    name: "wrk",
    debian: "wrk",
};

/// A file server, which also serves as the edge of a CDN.
pub(crate) const NGINX: Program = Program {
    name: "nginx",
    debian: "nginx-light",
};

impl Program {
    /// Installs the program if it is missing, and returns its version.
    pub(crate) fn find_or_install(&self) -> anyhow::Result<String> {
        let Self { name, debian } = self;
        if let Some(version) = self.version()? {
            return Ok(version);
        }
        let is_debian = Path::new("/etc/debian_version").exists() && Path::new(APT).exists();
        if !is_debian || !rustix::process::geteuid().is_root() {
            bail!(
                "{name} is missing; to install it:\n\n    \
                 sudo apt-get install -y {debian}    # Debian, Ubuntu\n    \
                 brew install {name}               # macOS\n"
            );
        }
        log_progress(&format!(
            "no {name} was found: installing the package `{debian}` with apt-get"
        ));
        // An update may fail for repositories that are not needed; installing shows whether they are.
        let _ = apt(&["update"]);
        apt(&["install", "-y", "--no-install-recommends", debian])?;
        let version = self.version()?;
        version.with_context(|| format!("apt-get installed {name}, but it is not on the PATH"))
    }

    /// `None` if the program is not installed.
    fn version(&self) -> anyhow::Result<Option<String>> {
        // The exit status is ignored: wrk -v exits with that of a usage error.
        let output = match Command::new(self.name).arg("-v").output() {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            output => output.context(self.name)?,
        };
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        Ok(Some(version_line(&text).to_owned()))
    }
}

/// The first line up to the build options: `wrk debian/4.1.0-3+b2 [epoll] Copyright …`.
fn version_line(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.split(['[', '(']).next().unwrap_or_default().trim()
}

fn apt(arguments: &[&str]) -> anyhow::Result<()> {
    let output = Command::new(APT)
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        // Keeps packages from starting their services.
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
    use super::version_line;

    #[test]
    fn the_version_is_the_beginning_of_the_first_line() {
        let debian = "wrk debian/4.1.0-3+b2 [epoll] Copyright (C) 2012 Will Glozer\nUsage: wrk";
        assert_eq!(version_line(debian), "wrk debian/4.1.0-3+b2");
        let homebrew = "wrk 4.2.0 [kqueue] Copyright (C) 2012 Will Glozer\n";
        assert_eq!(version_line(homebrew), "wrk 4.2.0");
        let nginx = "nginx version: nginx/1.26.3\n";
        assert_eq!(version_line(nginx), "nginx version: nginx/1.26.3");
    }
}
