//! Whom Postgres runs as: it refuses to be root.

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::{
        fs::{MetadataExt, lchown},
        process::CommandExt,
    },
    path::Path,
    process::{Command, Stdio},
};

use super::Error;

/// In the order of preference. Any other account might be a person's.
const ACCOUNTS: [&str; 2] = ["postgres", "nobody"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// The account of Postgres: our own, or another when we are root.
#[derive(Debug)]
pub(super) struct RunAs {
    switch_to: Option<Account>,
}

impl RunAs {
    /// As root, the account that owns the data already, so that a package which brings the account `postgres` later
    /// does not cut us off from data of `nobody`.
    pub(super) fn choose(home: &Path) -> Result<Self, Error> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self { switch_to: None });
        }
        let file = Path::new("/etc/passwd");
        let passwd = fs::read_to_string(file).map_err(Error::io("read", file))?;
        let accounts = ACCOUNTS.iter().filter_map(|name| find(&passwd, name));
        let owner = fs::metadata(home.join("postgres")).map(|data| data.uid());
        let owns = |account: &Account| owner.as_ref().is_ok_and(|uid| *uid == account.uid);
        let account = accounts
            .clone()
            .find(owns)
            .or_else(|| accounts.clone().next());
        Ok(Self {
            switch_to: Some(account.ok_or(Error::NoAccount)?),
        })
    }

    /// A command that runs as this account, without the settings people have in their shell for other databases.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        // Any folder will do that every account can enter; ours may not be one.
        command.current_dir("/").stdin(Stdio::null());
        for (key, _) in std::env::vars_os() {
            if key.as_encoded_bytes().starts_with(b"PG") || key == "DATABASE_URL" {
                command.env_remove(key);
            }
        }
        if let Some(account) = &self.switch_to {
            // The standard library drops root's supplementary groups along with the uid.
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    pub(super) fn uid(&self) -> u32 {
        self.switch_to.as_ref().map_or_else(
            || rustix::process::geteuid().as_raw(),
            |account| account.uid,
        )
    }

    pub(super) fn name(&self) -> &str {
        self.switch_to
            .as_ref()
            .map_or("yourself", |account| &account.name)
    }

    /// Makes the path, which must not be a link, belong to this account.
    pub(super) fn give(&self, path: &Path) -> io::Result<()> {
        match &self.switch_to {
            Some(account) => lchown(path, Some(account.uid), Some(account.gid)),
            None => Ok(()),
        }
    }

    /// Whether this account may go into the folder, and so into all above it. Only asked as root: what we made as
    /// ourselves we can enter.
    pub(super) fn can_enter(&self, folder: &Path) -> Result<bool, Error> {
        let Some(account) = &self.switch_to else {
            return Ok(true);
        };
        for ancestor in folder.ancestors() {
            let data = fs::metadata(ancestor).map_err(Error::io("look at", ancestor))?;
            if !may_search(data.mode(), data.uid(), data.gid(), account) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The kernel's rule: only the first class that fits counts. Access lists are left out, which errs towards "no"
/// where they widen access.
fn may_search(mode: u32, uid: u32, gid: u32, account: &Account) -> bool {
    let bit = if uid == account.uid {
        0o100
    } else if gid == account.gid {
        0o010
    } else {
        0o001
    };
    mode & bit != 0
}

/// Finds an account in the text of `/etc/passwd`.
fn find(passwd: &str, name: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        Some(Account {
            name: name.to_owned(),
            uid: id(fields.nth(1)?)?,
            gid: id(fields.next()?)?,
        })
    })
}

/// macOS writes the ids of `nobody` as -2. Root's never counts, whatever it is called.
fn id(field: &str) -> Option<u32> {
    field
        .parse()
        .ok()
        .or_else(|| Some(field.parse::<i32>().ok()?.cast_unsigned()))
        .filter(|id| *id != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn postgres() -> Account {
        Account {
            name: "postgres".to_owned(),
            uid: 101,
            gid: 104,
        }
    }

    #[test]
    fn accounts_are_found_in_passwd() {
        let passwd = "# comment\nroot:x:0:0:root:/root:/bin/bash\nbroken\n\
                      nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false\n\
                      postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(find(passwd, "postgres"), Some(postgres()));
        assert_eq!(find(passwd, "nobody").map(|a| a.uid), Some(4_294_967_294));
        assert_eq!(find(passwd, "post"), None);
        assert_eq!(find(passwd, "broken"), None);
        assert_eq!(find("postgres:x:0:0::/:/bin/sh", "postgres"), None);
    }

    #[test]
    fn only_the_first_class_that_fits_says_who_may_enter() {
        let account = postgres();
        assert!(may_search(0o40755, 0, 0, &account));
        assert!(!may_search(0o40700, 0, 0, &account));
        assert!(may_search(0o40700, 101, 0, &account));
        assert!(may_search(0o40710, 0, 104, &account));
        assert!(!may_search(0o40701, 0, 104, &account));
        assert!(!may_search(0o40011, 101, 104, &account));
        assert!(may_search(0o41777, 0, 0, &account));
    }

    #[test]
    fn a_command_has_no_settings_of_other_databases() {
        let user = RunAs { switch_to: None };
        let command = user.command("postgres");
        assert!(command.get_envs().all(|(key, value)| {
            value.is_none() && (key.as_encoded_bytes().starts_with(b"PG") || key == "DATABASE_URL")
        }));
    }
}
