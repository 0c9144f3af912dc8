//! `coach schema`, which needs neither a database nor settings.

mod rebuild;

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Output, Stdio},
};

use apollo_compiler::{ast::DirectiveList, schema::ExtendedType};
use coach_resolvers::SDL;
use serde_json::{Value, json};

use self::rebuild::rebuild;
use crate::coach::{command, folder, port, share_machine};

/// Runs `coach schema …` with settings that are invalid for all other commands.
fn schema(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = command(folder, port())
        .env("COACH_LISTEN", "nonsense")
        .arg("schema")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    // With invalid arguments the command does not read its input.
    let _ = child
        .stdin
        .take()
        .expect("stdin")
        .write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

/// Exit code, standard output and standard error of `coach schema check`.
fn check(arguments: &[&str], input: &str) -> (i32, String, String) {
    let folder = folder();
    for (name, sdl) in [("small.graphql", SMALL), ("larger.graphql", LARGER)] {
        fs::write(folder.join(name), sdl).expect("a file");
    }
    fs::write(
        folder.join("wrong.graphql"),
        "type Query {\n  dish: Dish\n}\n",
    )
    .expect("a file");
    fs::write(folder.join("picture.graphql"), b"type Query {\n \"\xff").expect("a file");
    let output = schema(&folder, &[&["check"], arguments].concat(), input);
    (
        output.status.code().expect("a code"),
        text(&output.stdout).to_owned(),
        text(&output.stderr).to_owned(),
    )
}

const SMALL: &str = "type Query { dish(id: ID): String }";
const LARGER: &str = "type Query { dish(id: ID, first: Int! = 1): String drink: Int }";

#[test]
fn the_schema_of_the_program_breaks_nothing_of_itself() {
    let _lock = share_machine();
    let same = (0, "breaking: 0, dangerous: 0\n".to_owned(), String::new());
    assert_eq!(check(&["-"], SDL), same);
}

#[test]
fn breaking_changes_fail_and_dangerous_ones_do_not() {
    let _lock = share_machine();
    let (code, stdout, stderr) = check(&["larger.graphql", "small.graphql"], "");
    assert_eq!((code, stderr.as_str()), (1, ""));
    assert_eq!(
        stdout,
        "BREAKING TYPE_REMOVED Int: Nothing refers to this standard scalar any more, so the schema no longer has it: generated code that names it breaks.\n\
         BREAKING ARG_REMOVED Query.dish(first:): The argument was removed: operations that send it are refused.\n\
         BREAKING FIELD_REMOVED Query.drink: The field was removed: operations that select it are refused.\n\
         breaking: 3, dangerous: 0\n"
    );
    let dangerous = "DANGEROUS OPTIONAL_ARG_ADDED Query.dish(first:): The optional argument of type `Int!` was added: what the field answers without it may differ from before.\n\
         breaking: 0, dangerous: 1\n";
    for (arguments, input) in [
        (["small.graphql", "larger.graphql"], ""),
        (["-", "larger.graphql"], SMALL),
        (["small.graphql", "-"], LARGER),
    ] {
        let expected = (0, dangerous.to_owned(), String::new());
        assert_eq!(check(&arguments, input), expected, "{arguments:?}");
    }
}

#[test]
fn what_an_older_client_has_is_compared_with_the_program() {
    let _lock = share_machine();
    let older = SDL.replacen("  title: String!", "  title: String!\n  heading: String", 1);
    let (code, stdout, _) = check(&["-"], &older);
    assert_eq!(code, 1);
    assert!(stdout.starts_with("BREAKING FIELD_REMOVED "), "{stdout}");
    assert!(stdout.ends_with("breaking: 1, dangerous: 0\n"), "{stdout}");
}

#[test]
fn for_machines() {
    let _lock = share_machine();
    let (code, stdout, _) = check(&["--format", "json", "small.graphql", "larger.graphql"], "");
    assert_eq!(code, 0);
    let result: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(
        result,
        json!({
            "breaking": 0,
            "dangerous": 1,
            "changes": [{
                "criticality": "DANGEROUS",
                "kind": "OPTIONAL_ARG_ADDED",
                "coordinate": "Query.dish(first:)",
                "message": "The optional argument of type `Int!` was added: what the field answers without it may differ from before.",
            }],
        })
    );
    let (code, stdout, _) = check(&["larger.graphql", "small.graphql", "--format=json"], "");
    let result: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((code, &result["breaking"]), (1, &json!(3)));
}

#[test]
fn what_cannot_be_read_is_reported_with_its_place() {
    let _lock = share_machine();
    for (arguments, input, expected) in [
        (
            &["wrong.graphql"][..],
            "",
            "coach: wrong.graphql is not a valid schema\nwrong.graphql:2:9: cannot find type `Dish` in this document\n",
        ),
        (
            &["small.graphql", "wrong.graphql", "--format", "json"],
            "",
            "coach: wrong.graphql is not a valid schema\nwrong.graphql:2:9: ",
        ),
        (
            &["-"],
            "type Query {\n  dish(: Int\n}",
            "coach: <stdin> is not a valid schema\n<stdin>:2:8: syntax error: ",
        ),
        (&["-"], " \n", "coach: <stdin> is empty\n"),
        (&["-"], "{\"data\": {}}", "coach: <stdin> is JSON; "),
        (
            &["nowhere.graphql"],
            "",
            "coach: nowhere.graphql cannot be read: No such file",
        ),
        (
            &["picture.graphql"],
            "",
            "coach: picture.graphql:2:3: this is not text in UTF-8\n",
        ),
        (
            &["-", "-"],
            SMALL,
            "coach: only one of the two schemas can come from standard input\n",
        ),
        (
            &[],
            "",
            "error: the following required arguments were not provided",
        ),
        (
            &["small.graphql", "--format", "xml"],
            "",
            "error: invalid value 'xml'",
        ),
    ] {
        let (code, stdout, stderr) = check(arguments, input);
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}: {stderr}");
        assert!(stderr.starts_with(expected), "{arguments:?}: {stderr}");
    }
}

#[test]
fn help_shows_how_it_is_used_in_ci() {
    let _lock = share_machine();
    let (code, stdout, _) = check(&["--help"], "");
    assert_eq!(code, 0);
    for part in ["Exit code:", "curl -fsS", "| coach schema check -", "json"] {
        assert!(stdout.contains(part), "{part} is not in\n{stdout}");
    }
}

/// The type as introspection shows it: without the constraints of inputs.
fn introspected_of(ty: &ExtendedType) -> ExtendedType {
    let remove_constraints = |directives: &mut DirectiveList| {
        directives.retain(|directive| directive.name != "constraint");
    };
    let mut ty = ty.clone();
    match &mut ty {
        ExtendedType::InputObject(input) => {
            for field in input.make_mut().fields.values_mut() {
                remove_constraints(&mut field.make_mut().directives);
            }
        }
        ExtendedType::Object(object) => {
            for field in object.make_mut().fields.values_mut() {
                for argument in &mut field.make_mut().arguments {
                    remove_constraints(&mut argument.make_mut().directives);
                }
            }
        }
        _ => {}
    }
    ty
}

#[test]
fn the_schema_can_be_rebuilt_from_what_introspection_says() {
    let _lock = share_machine();
    let folder = folder();
    let printed = schema(&folder, &["print"], "");
    let introspected = schema(&folder, &["introspect"], "");
    assert!(printed.status.success() && introspected.status.success());
    assert_eq!(text(&printed.stdout), SDL);
    assert_eq!(text(&introspected.stderr), "");
    let introspected: Value = serde_json::from_slice(&introspected.stdout).expect("JSON");

    let printed = coach_schema::parse(SDL, "printed.graphql").expect("valid SDL");
    let rebuilt = rebuild(&introspected["data"]["__schema"]);
    let rebuilt = coach_schema::parse(rebuilt, "rebuilt.graphql").expect("valid SDL");
    let described = &introspected["data"]["__schema"]["description"];
    let description = printed.schema_definition.description.as_deref();
    assert_eq!(described.as_str(), description);
    assert_eq!(
        rebuilt.schema_definition.query,
        printed.schema_definition.query
    );
    assert_eq!(
        rebuilt.schema_definition.mutation,
        printed.schema_definition.mutation
    );
    assert!(printed.types.len() > 100);
    for (name, ty) in &printed.types {
        assert_eq!(rebuilt.types.get(name), Some(&introspected_of(ty)));
    }
    assert_eq!(rebuilt.types.len(), printed.types.len());
}
