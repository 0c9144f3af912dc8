//! Embeds `GraphiQL` in the binary when npm is available, so that its page loads nothing from other hosts.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Package, version, file in the package, file name on the page, and the file's SHA-384, which the browser checks
/// (subresource integrity).
const ASSETS: [[&str; 5]; 4] = [
    [
        "graphiql",
        "4.1.2",
        "graphiql.min.css",
        "graphiql-4.1.2.css",
        "sha384-1el1QShFBnnXTx9x/Cprg82hZWKt0ry29OAYIXt05swbi0KcZDFoj0CWguMpopJr",
    ],
    [
        "react",
        "18.3.1",
        "umd/react.production.min.js",
        "react-18.3.1.js",
        "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
    ],
    [
        "react-dom",
        "18.3.1",
        "umd/react-dom.production.min.js",
        "react-dom-18.3.1.js",
        "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
    ],
    [
        "graphiql",
        "4.1.2",
        "graphiql.min.js",
        "graphiql-4.1.2.js",
        "sha384-9XdHu7ajgGJziD4J1zNBKQ842Q/+zZfDv+ib1eMhZWBH6hPAs806x+Jbcf0yNO6B",
    ],
];

const MANIFEST: [&str; 2] = ["package.json", "package-lock.json"];
const INSTALL_TIMEOUT: Duration = Duration::from_mins(2);

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    for name in MANIFEST {
        println!("cargo::rerun-if-changed=graphiql/{name}");
    }
    #[expect(clippy::disallowed_methods, reason = "Cargo passes it in no other way")]
    let out = PathBuf::from(env::var("OUT_DIR")?);
    if let Err(error) = install_assets(&out) {
        println!(
            "cargo::warning=GraphiQL will be loaded from unpkg.com, because it could not be built in ({error}); to try \
             again: touch gateway/build.rs"
        );
    }
    let mut code = String::from("static ASSETS: &[Asset] = &[\n");
    for [package, version, file, name, integrity] in ASSETS {
        let local = out.join(name);
        let bytes = if local.is_file() {
            format!("Some(include_bytes!({:?}))", local.display().to_string())
        } else {
            "None".to_owned()
        };
        let cdn_url = format!("https://unpkg.com/{package}@{version}/{file}");
        writeln!(
            code,
            "Asset {{ name: {name:?}, cdn_url: {cdn_url:?}, integrity: {integrity:?}, bytes: {bytes} }},"
        )?;
    }
    fs::write(out.join("graphiql_assets.rs"), code + "];\n")?;
    Ok(())
}

/// Installs either all files or none: files from two versions may not work together.
fn install_assets(out: &Path) -> Result<(), Box<dyn Error>> {
    if ASSETS.iter().all(|asset| out.join(asset[3]).is_file()) {
        return Ok(());
    }
    let npm_folder = out.join("npm");
    fs::create_dir_all(&npm_folder)?;
    for name in MANIFEST {
        fs::copy(Path::new("graphiql").join(name), npm_folder.join(name))?;
    }
    npm_install(&npm_folder)?;
    for [package, _, file, name, _] in ASSETS {
        let from = npm_folder.join("node_modules").join(package).join(file);
        fs::copy(&from, out.join(format!("{name}.new")))?;
    }
    for [.., name, _] in ASSETS {
        fs::rename(out.join(format!("{name}.new")), out.join(name))?;
    }
    // It takes 60 MB, of which 2 MB are used.
    fs::remove_dir_all(&npm_folder)?;
    Ok(())
}

/// Runs `npm ci`, which checks each package against its hash in the lock file, without the packages' own scripts.
fn npm_install(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut npm = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .args(["--fetch-retries=1", "--fetch-timeout=20000"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(folder.join("errors.log"))?)
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => "npm is not installed".to_owned(),
            _ => format!("npm: {error}"),
        })?;
    let started = Instant::now();
    let status = loop {
        if let Some(status) = npm.try_wait()? {
            break status;
        }
        if started.elapsed() > INSTALL_TIMEOUT {
            npm.kill()?;
            npm.wait()?;
            return Err("npm took more than two minutes".into());
        }
        thread::sleep(Duration::from_millis(50));
    };
    if status.success() {
        return Ok(());
    }
    let errors = fs::read_to_string(folder.join("errors.log"))?;
    let line = errors.lines().find(|line| line.starts_with("npm error"));
    Err(line.unwrap_or("npm ci failed").to_owned().into())
}
