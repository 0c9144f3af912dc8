//! Installs Postgres with Debian's package manager. Done only as root, which needs no password.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::Path,
    process::{Command, Output, Stdio},
};

use crate::binaries::leading_number;

const APT: &str = "/usr/bin/apt-get";
const CREATE_CLUSTER: &str = "/etc/postgresql-common/createcluster.conf";

pub(crate) fn is_possible() -> bool {
    rustix::process::geteuid().is_root()
        && Path::new("/etc/debian_version").exists()
        && Path::new(APT).exists()
}

/// Installs the distribution's Postgres, or returns why that failed.
pub(crate) fn install(report: &mut dyn FnMut(&str)) -> Result<(), String> {
    report("no Postgres 15 or later was found: installing the package `postgresql` with apt-get");
    // An update that failed (an unreachable mirror, no network) is not an error yet: the installation may succeed
    // without.
    let update = run(Command::new(APT).arg("update"));
    let version = offered_version();
    if let Some(major) = version.filter(|major| *major < 15) {
        return Err(format!("apt-get offers version {major}, too old"));
    }
    forbid_default_cluster().map_err(|error| format!("{CREATE_CLUSTER}: {error}"))?;
    run(Command::new(APT)
        .args(["install", "-y", "--no-install-recommends"])
        // The createcluster.conf written above must be kept without a prompt.
        .env("UCF_FORCE_CONFFOLD", "1")
        .arg("postgresql"))
    .map_err(|error| match update {
        Ok(_) => format!("`apt-get install postgresql` failed: {error}"),
        Err(update_error) => format!(
            "`apt-get update` failed: {update_error}; then `apt-get install postgresql`: {error}"
        ),
    })?;
    Ok(())
}

/// Prevents the package from creating a cluster and starting it on port 5432.
fn forbid_default_cluster() -> std::io::Result<()> {
    let path = Path::new(CREATE_CLUSTER);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match File::create_new(path) {
        Ok(mut file) => file.write_all(b"create_main_cluster = false\n"),
        // An existing file is the user's configuration.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn offered_version() -> Option<u32> {
    let output =
        run(Command::new("/usr/bin/apt-cache").args(["show", "--no-all-versions", "postgresql"]));
    parse_version(&String::from_utf8_lossy(&output.ok()?.stdout))
}

/// The major version in the line `Version: 15+248+deb12u1`.
fn parse_version(package: &str) -> Option<u32> {
    let mut lines = package.lines();
    leading_number(lines.find_map(|line| line.strip_prefix("Version: "))?)
}

fn run(command: &mut Command) -> Result<Output, String> {
    let output = command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(output);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    // The first line that apt marks as an error is more specific than the last one, which often is advice.
    let line = errors
        .lines()
        .find(|line| line.starts_with("E: "))
        .unwrap_or(errors.trim());
    Err(format!("{line} ({})", output.status))
}

#[cfg(test)]
mod tests {
    use super::parse_version;

    #[test]
    fn the_offered_version_is_read_from_the_package() {
        let package = "Package: postgresql\nSource: postgresql-common\nVersion: 15+248+deb12u1\n";
        assert_eq!(parse_version(package), Some(15));
        assert_eq!(parse_version("Package: x\n"), None);
    }
}
