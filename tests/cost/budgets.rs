//! Budgets: for each kind of request the most that it may take. `UPDATE=1` rewrites them, for the diff to show in
//! review.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

/// For each kind of request what it takes at least: some prepare statements or wait for Postgres, which takes more.
type Figures = BTreeMap<String, u64>;

/// How much more than what was measured a new budget allows, in percent: a little more than the figures differ between
/// runs.
const HEADROOM: u64 = 3;

/// How many more instructions a new budget allows: those of two more waits for Postgres, which come on a busy machine.
const INSTRUCTIONS_OF_WAITS: u64 = 70_000;

/// How often to measure until all budgets are kept.
const MEASUREMENTS: usize = 6;

/// Compares with the budgets in the file of this unit, which has a line for each kind of request.
///
/// Fails if a request takes more than its budget, or if there are budgets for other requests than those measured.
/// With `UPDATE=1` it writes the budgets that do not fit instead. What is not within the budgets is measured again:
/// on a busy machine requests wait for Postgres more often, and each time takes a little more.
#[expect(clippy::disallowed_methods, reason = "only set by developers")]
pub(crate) async fn check(unit: &str, measure: impl AsyncFn() -> Vec<(String, u64)>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cost/budgets");
    let path = folder.join(unit).with_extension("txt");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let budgets = parse(&text);
    let mut least = Figures::new();
    let mut findings = String::new();
    for _ in 0..MEASUREMENTS {
        add(&mut least, measure().await);
        findings = compare(&budgets, &least);
        if findings.is_empty() {
            break;
        }
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(&folder).expect("a folder");
        let waits = if unit == "instructions" {
            INSTRUCTIONS_OF_WAITS
        } else {
            0
        };
        fs::write(&path, render(&renew(&budgets, &least, waits))).expect("a file");
        return;
    }
    assert!(
        findings.is_empty(),
        "{unit}, measured and allowed:\n{findings}\nIf that has to be so, run the test again with UPDATE=1, which \
         rewrites tests/cost/budgets/{unit}.txt, and give the reason in the commit."
    );
}

/// Adds what requests took to the least that each took.
fn add(least: &mut Figures, counted: Vec<(String, u64)>) {
    for (name, count) in counted {
        let known = least.entry(name).or_insert(count);
        *known = count.min(*known);
    }
}

/// A line for each request that exceeds its budget, or that is measured or has a budget but not both.
fn compare(budgets: &Figures, measured: &Figures) -> String {
    let mut findings = String::new();
    let names = budgets.keys().chain(measured.keys());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names.dedup();
    for name in names {
        let (figure, budget) = (measured.get(name), budgets.get(name));
        if let (Some(figure), Some(budget)) = (figure, budget)
            && figure <= budget
        {
            continue;
        }
        let text = |figure: Option<&u64>| figure.map_or_else(|| "none".to_owned(), u64::to_string);
        let line = format!("{name:<32} {:>12} {:>12}", text(figure), text(budget));
        writeln!(findings, "{line}").expect("a String takes it");
    }
    findings
}

/// The budgets with a new one for each request whose own does not fit, because it is exceeded or could be lower by more
/// than the headroom.
fn renew(budgets: &Figures, measured: &Figures, waits: u64) -> Figures {
    let budget = |(name, figure): (&String, &u64)| {
        let new = figure + figure * HEADROOM / 100 + waits;
        let old = budgets.get(name).copied();
        let old = old.filter(|old| old >= figure && *old <= new + new * HEADROOM / 100);
        (name.clone(), old.unwrap_or(new))
    };
    measured.iter().map(budget).collect()
}

fn parse(text: &str) -> Figures {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let parse = |line: &str| {
        let (name, budget) = line.rsplit_once(' ').expect(line);
        (name.trim_end().to_owned(), budget.parse().expect(line))
    };
    lines.map(parse).collect()
}

fn render(budgets: &Figures) -> String {
    let mut text = String::from("# Written by the test `cost` with UPDATE=1.\n");
    for (name, budget) in budgets {
        writeln!(text, "{name:<32} {budget:>12}").expect("a String takes it");
    }
    text
}

#[test]
fn a_request_that_exceeds_its_budget_or_has_none_is_named() {
    let figures = |text| parse(text);
    let budgets = figures("# a comment\nToday 100\na flood of aliases 50\n");
    assert_eq!(
        compare(&budgets, &figures("Today 100\na flood of aliases 7")),
        ""
    );
    let findings = compare(&budgets, &figures("Today 101\nProfile 1"));
    let named: Vec<_> = findings.lines().collect();
    assert_eq!(named.len(), 3, "{findings}");
    assert!(named[0].starts_with("Profile") && named[1].starts_with("Today"));
}

#[test]
fn only_budgets_that_do_not_fit_are_renewed() {
    let budgets = Figures::from([
        ("fits".into(), 1030),
        ("low".into(), 999),
        ("high".into(), 2000),
    ]);
    let measured = ["fits", "low", "high", "new"].map(|name| (name.to_owned(), 1000));
    let renewed = renew(&budgets, &measured.into(), 0);
    assert_eq!(renewed["fits"], 1030);
    assert!(
        renewed.values().all(|budget| *budget == 1030),
        "{renewed:?}"
    );
    assert_eq!(parse(&render(&renewed)), renewed);
}
