//! The name of the operator, for the audit log.

use std::fs;

use crate::cli::ChangeOptions;

/// The operator who makes a change: the value of `--actor`, or else the current user of this machine.
pub(super) fn name(options: &ChangeOptions) -> String {
    options.actor.clone().unwrap_or_else(current_user)
}

fn current_user() -> String {
    let id = rustix::process::getuid().as_raw();
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    find(&passwd, id).map_or_else(|| format!("uid {id}"), str::to_owned)
}

/// A user's name in the text of `/etc/passwd`. Containers often run as a user without one.
fn find(passwd: &str, id: u32) -> Option<&str> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(1)?.parse() == Ok(id)).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn users_are_found_by_their_id() {
        let passwd =
            "root:x:0:0:root:/root:/bin/sh\n\nbroken\nada:x:1000:1000::/home/ada:/bin/sh\n";
        assert_eq!(find(passwd, 0), Some("root"));
        assert_eq!(find(passwd, 1000), Some("ada"));
        assert_eq!(find(passwd, 100), None);
    }
}
