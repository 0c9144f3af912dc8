//! The account that Postgres runs as: it refuses to run as root.

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

use crate::Error;

/// Accounts that root may run Postgres as, in order of preference. Any other account might be a person's.
const ACCOUNTS: [&str; 2] = ["postgres", "nobody"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// The account of Postgres: that of this process, or another one when this process runs as root.
#[derive(Debug)]
pub(crate) struct RunAs {
    switch_to: Option<Account>,
}

impl RunAs {
    /// Chooses the account. As root, an account that already owns the data is preferred, so that data of `nobody` stays
    /// accessible when a package creates the account `postgres` later.
    pub(crate) fn choose(home: &Path) -> Result<Self, Error> {
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

    /// A command that runs as this account, without the shell's variables for other databases.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        // The account may not be able to enter the current directory, but every account can enter `/`.
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

    pub(crate) fn uid(&self) -> u32 {
        self.switch_to.as_ref().map_or_else(
            || rustix::process::geteuid().as_raw(),
            |account| account.uid,
        )
    }

    pub(crate) fn name(&self) -> &str {
        self.switch_to
            .as_ref()
            .map_or("yourself", |account| &account.name)
    }

    /// Makes this account the owner of the path, which must not be a link.
    pub(crate) fn chown(&self, path: &Path) -> io::Result<()> {
        match &self.switch_to {
            Some(account) => lchown(path, Some(account.uid), Some(account.gid)),
            None => Ok(()),
        }
    }

    /// Whether this account may enter the folder and all its parents. Always true when this process does not run as
    /// root, because it can enter the folders it created.
    pub(crate) fn can_enter(&self, folder: &Path) -> Result<bool, Error> {
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

/// The kernel's rule: only the first matching class (owner, group, others) counts. ACLs are ignored, so the result may
/// be a wrong `false` where they widen access.
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

/// Parses an id. macOS writes the ids of `nobody` as -2. The id 0 is rejected: it is root's, whatever the account's
/// name.
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
    fn only_the_first_matching_class_grants_access() {
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
    fn a_command_has_no_variables_of_other_databases() {
        let user = RunAs { switch_to: None };
        let command = user.command("postgres");
        assert!(command.get_envs().all(|(key, value)| {
            value.is_none() && (key.as_encoded_bytes().starts_with(b"PG") || key == "DATABASE_URL")
        }));
    }
}
