//! Importing content, and finding it over HTTP.

mod files;
mod plans;
mod scripts;
mod search;

use coach_content::import::{Entry, Importable, Mode, Report, import};
use coach_domain::database;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};

use crate::harness::TestApp;

use self::files::{exercises, recipes, samples};

async fn import_all<T: Importable>(test: &TestApp, entries: &[Entry<T>], mode: Mode) -> Report {
    let mut done = 0;
    let mut progress = |now, report: &Report| {
        assert_eq!(report.accepted() + report.refused.len(), now);
        done = now;
    };
    let report = import(&*test.pool, entries, mode, &mut progress).await;
    let report = report.unwrap_or_else(|error| panic!("{}", error.message_with_cause()));
    assert_eq!(done, entries.len(), "each is told of");
    report
}

async fn execute(test: &TestApp, sql: &str) {
    test.pool.execute_unprepared(sql).await.expect(sql);
}

/// One value as text.
async fn value(test: &TestApp, sql: &str) -> Option<String> {
    #[derive(FromQueryResult)]
    struct Row {
        value: Option<String>,
    }
    let sql = format!("SELECT ({sql})::text AS value");
    let row = Row::find_by_statement(Statement::from_string(DbBackend::Postgres, sql));
    row.one(&*test.pool)
        .await
        .expect("a statement")
        .expect("a row")
        .value
}

/// A digest of all rows of the catalogue, seeded or imported.
async fn digest(test: &TestApp) -> String {
    let tables = [
        "exercise",
        "workout",
        "recipe",
        "recipe_ingredient",
        "recipe_step",
        "programme",
    ];
    let rows = tables.map(|table| {
        format!("(SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t)")
    });
    value(test, &rows.join(" || ")).await.expect("a sum")
}

async fn version(test: &TestApp) -> i64 {
    coach_domain::catalogue::version(&*test.pool)
        .await
        .expect("a version")
}

/// The rejected entries, as the command prints them.
fn rejected(report: &Report) -> Vec<String> {
    let refused = report.refused.iter();
    refused
        .map(|(name, reason)| format!("{name}: {reason}"))
        .collect()
}

#[tokio::test]
async fn a_second_run_changes_nothing() {
    for source in samples() {
        let test = TestApp::start().await;
        let seeded = digest(&test).await;
        let (exercises, recipes) = (exercises(&source), recipes(&source));

        // A dry run counts the same and writes nothing.
        let dry = import_all(&test, &exercises, Mode::Compare).await;
        assert_eq!(digest(&test).await, seeded);
        let first = import_all(&test, &exercises, Mode::Write).await;
        assert_eq!(dry, first);
        assert_eq!(
            (first.new, first.changed, first.unchanged),
            (exercises.len(), 0, 0)
        );
        let first = import_all(&test, &recipes, Mode::Write).await;
        assert_eq!((first.new, rejected(&first)), (recipes.len(), Vec::new()));

        let (there, was) = (digest(&test).await, version(&test).await);
        assert_ne!(there, seeded);
        for mode in [Mode::Compare, Mode::Write] {
            let again = import_all(&test, &exercises, mode).await;
            assert_eq!(
                (again.new, again.changed, again.unchanged),
                (0, 0, exercises.len())
            );
            let again = import_all(&test, &recipes, mode).await;
            assert_eq!(
                (again.new, again.changed, again.unchanged),
                (0, 0, recipes.len())
            );
        }
        assert_eq!((digest(&test).await, version(&test).await), (there, was));
        // The seed treats none of the imported rows as its own.
        let report = coach_content::seed::seed(&test.pool, &*test.clock).await;
        let report = report.expect("the seed goes in");
        assert_eq!((report.exercises, report.recipes), (0, 0));
    }
}

#[tokio::test]
async fn one_that_is_broken_keeps_no_other_out() {
    let test = TestApp::start().await;
    let folder = files::folder();
    let entries = coach_content::import::read_exercises(&folder.join("broken-exercises.json"));
    let report = import_all(&test, &entries.expect("a list"), Mode::Write).await;
    assert_eq!((report.new, report.refused.len()), (2, 17));
    let there =
        "SELECT string_agg(slug, ' ' ORDER BY slug) FROM exercise WHERE slug LIKE 'import/%'";
    let there = value(&test, there).await;
    assert_eq!(there.as_deref(), Some("import/Good_One import/Last_One"));

    let broken = coach_content::import::read_recipes(&folder.join("broken"));
    let mut entries = broken.expect("a folder");
    entries.extend(recipes(&folder));
    let report = import_all(&test, &entries, Mode::Write).await;
    assert_eq!((report.new, report.refused.len()), (3, 15));
}

#[tokio::test]
async fn what_no_file_says_stays_as_long_as_it_is_true() {
    let test = TestApp::start().await;
    let folder = files::copy_of_recipes();
    let read = || coach_content::import::read_recipes(&folder).expect("a folder");
    import_all(&test, &read(), Mode::Write).await;
    let soup = "recipe WHERE slug = 'import/red-lentil-soup'";
    execute(
        &test,
        "UPDATE recipe SET allergens = '{CELERY}', archived_at = now() WHERE slug = 'import/red-lentil-soup'",
    )
    .await;

    // A step changes: the reviewed allergens still hold.
    let file = folder.join("red-lentil-soup.md");
    let text = std::fs::read_to_string(&file).expect("a file");
    let other = text.replace("Season with salt", "Season generously with salt");
    std::fs::write(&file, &other).expect("written");
    let dry = import_all(&test, &read(), Mode::Compare).await;
    let report = import_all(&test, &read(), Mode::Write).await;
    assert_eq!((dry, report.changed), (report.clone(), 1));
    let allergens = format!("SELECT allergens FROM {soup}");
    assert_eq!(value(&test, &allergens).await.as_deref(), Some("{CELERY}"));

    // An ingredient changes: the allergens are unknown again.
    std::fs::write(&file, other.replace("parsley", "roasted peanuts")).expect("written");
    let report = import_all(&test, &read(), Mode::Write).await;
    assert_eq!((report.new, report.changed, report.unchanged), (0, 1, 2));
    assert_eq!(value(&test, &allergens).await, None);
    let archived = format!("SELECT archived_at IS NOT NULL FROM {soup}");
    assert_eq!(value(&test, &archived).await.as_deref(), Some("true"));
    let words = format!(
        "SELECT search_text LIKE '%peanuts%' AND search_text NOT LIKE '%parsley%' FROM {soup}"
    );
    assert_eq!(value(&test, &words).await.as_deref(), Some("true"));

    // Removing a file removes no recipe.
    std::fs::remove_file(&file).expect("removed");
    let report = import_all(&test, &read(), Mode::Write).await;
    assert_eq!((report.changed, report.unchanged), (0, 2));
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[tokio::test]
async fn a_name_that_somebody_else_has_is_refused() {
    let test = TestApp::start().await;
    execute(
        &test,
        "INSERT INTO exercise (id, slug, name, category, level, equipment, muscles, instructions, search_text)
         SELECT gen_random_uuid(), 'import/Neck_Stretch', name, category, level, equipment, muscles, instructions, ''
         FROM exercise LIMIT 1",
    )
    .await;
    let report = import_all(&test, &exercises(&files::folder()), Mode::Write).await;
    assert_eq!(report.new, 4);
    let reason = "exercise 4 (Neck_Stretch): `import/Neck_Stretch` is in the database with another id; rename this one";
    assert_eq!(rejected(&report), [reason]);
}

#[tokio::test]
async fn two_imports_at_a_time_take_turns() {
    let test = TestApp::start().await;
    let entries = recipes(&files::folder());
    let (mut here, mut there) = (|_, _: &Report| {}, |_, _: &Report| {});
    let other = database::connect(&test.url, &database::Options::default()).await;
    let other = other.expect("a connection");
    let (one, two) = tokio::join!(
        import(&*test.pool, &entries, Mode::Write, &mut here),
        import(&other, &entries, Mode::Write, &mut there),
    );
    let (one, two) = (one.expect("taken"), two.expect("taken"));
    assert_eq!((one.new + two.new, one.unchanged + two.unchanged), (3, 3));
}
