//! `coach health`, as containers without a shell run it.

use crate::coach::{Dev, command, folder, port, run, share_machine};

#[test]
fn who_is_ready_is_healthy_and_who_does_not_answer_is_not() {
    let _lock = share_machine();
    let dev = Dev::start(&folder(), port());
    let health = |port: u16, arguments: &[&str]| {
        let mut command = command(&dev.folder, port);
        command.arg("health").args(arguments);
        let (status, output) = run(command);
        (status.code(), output)
    };
    for arguments in [&[][..], &["--live"]] {
        assert_eq!(health(dev.port, arguments), (Some(0), String::new()));
    }
    let unused = port();
    let (code, output) = health(unused, &[]);
    assert_eq!(code, Some(1));
    let expected = format!("nothing answers at http://127.0.0.1:{unused}/health/ready");
    assert!(output.contains(&expected), "{output}");
}
