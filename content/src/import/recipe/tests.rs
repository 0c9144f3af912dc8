use std::{fs, path::Path};

use coach_domain::{
    enums::{Diet, MealSlot},
    recipe::{IngredientAmount, MeasuringUnit, Recipe},
};
use unicode_normalization::UnicodeNormalization as _;

use super::read_recipes;
use crate::import::Entry;

fn samples(folder: &str) -> Vec<Entry<Recipe>> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/catalogue");
    read_recipes(&samples.join(folder)).expect("a folder")
}

fn sample(name: &str) -> Recipe {
    let entry = samples("recipes")
        .into_iter()
        .rfind(|entry| entry.name == name);
    entry.expect(name).item.expect(name)
}

/// Name, quantity and note.
fn lines(recipe: &Recipe) -> Vec<(&str, &str, &str)> {
    let note = |note: &'static str| note;
    let parts = recipe.ingredients.iter();
    parts
        .map(|it| {
            let said = it.note.as_deref().unwrap_or(note(""));
            (it.name.as_str(), it.quantity.as_str(), said)
        })
        .collect()
}

#[test]
fn a_recipe_is_read_completely() {
    let soup = sample("red-lentil-soup.md");
    assert_eq!(soup.title, "Red Lentil Soup (Linsensuppe)");
    assert_eq!(
        soup.summary.as_deref(),
        Some("A thick soup for cold days, from one pot. It keeps for three days in the fridge.")
    );
    assert_eq!(soup.slots, [MealSlot::Lunch, MealSlot::Dinner]);
    let all = [
        Diet::Omnivore,
        Diet::Pescatarian,
        Diet::Vegetarian,
        Diet::Vegan,
    ];
    assert_eq!(soup.diets, all);
    assert_eq!((soup.minutes, soup.servings), (Some(80), Some(4)));
    assert!(soup.allergens.is_none() && soup.nutrition.is_none() && soup.image.is_none());
    assert!(!soup.plannable());
    assert_eq!(
        lines(&soup),
        [
            ("red lentils", "1 ½ cups (300 g)", "rinsed"),
            ("olive oil", "2 tbsp", ""),
            ("onion", "1 large", "finely chopped"),
            ("garlic", "2-3 cloves", "crushed"),
            ("chopped tomatoes", "1 can (400 g)", ""),
            ("vegetable stock", "1.2 l", ""),
            ("cumin", "A pinch", ""),
            ("Juice of half a lemon", "", ""),
            ("salt", "", "to taste"),
            ("bread", "4 slices", "optional; To serve"),
            ("parsley", "", "To serve"),
        ]
    );
    let amounts: Vec<_> = soup
        .ingredients
        .iter()
        .map(|it| (it.amount, it.grams))
        .collect();
    let amount = |minimum, maximum, unit| {
        Some(IngredientAmount {
            minimum,
            maximum,
            unit,
        })
    };
    assert_eq!(
        amounts[0],
        (amount(1.5, 1.5, Some(MeasuringUnit::Cup)), Some(300))
    );
    assert_eq!(amounts[2], (amount(1.0, 1.0, None), None));
    assert_eq!(
        amounts[3],
        (amount(2.0, 3.0, Some(MeasuringUnit::Clove)), None)
    );
    assert_eq!(
        amounts[4],
        (amount(1.0, 1.0, Some(MeasuringUnit::Can)), Some(400))
    );
    assert_eq!(amounts[7], (None, None));
    assert_eq!(
        soup.steps,
        [
            "Fry the onion in the oil.",
            "Add the garlic and the cumin. Stir for a minute.",
            "Add everything else and simmer: for 40 minutes on low heat. or for 20 minutes in a pressure cooker",
            "Season with salt and lemon juice.",
            "To serve: Toast the bread. See bread.",
        ]
    );
}

#[test]
fn ingredients_in_two_systems_of_units_are_read_in_metric() {
    let cakes = sample("griddle-cakes.md");
    assert_eq!(cakes.slots, [MealSlot::Breakfast]);
    let allowed = [Diet::Omnivore, Diet::Pescatarian, Diet::Vegetarian];
    assert_eq!(cakes.diets, allowed);
    assert_eq!((cakes.minutes, cakes.servings), (None, None));
    assert_eq!(
        lines(&cakes),
        [
            ("flour", "125 g", ""),
            ("milk", "180 ml", ""),
            ("eggs", "2", ""),
            ("butter", "", "for frying"),
        ]
    );
    let prose = [
        "Beat the eggs with the milk.",
        "Stir in the flour.",
        "Fry small cakes in butter.",
    ];
    assert_eq!(cakes.steps, prose);
}

#[test]
fn amounts_may_come_after_the_name() {
    let relish = sample("cucumber-relish.md");
    assert_eq!(relish.summary.as_deref(), Some("Sharp and green."));
    // `overnight` is no duration, and jars are no servings.
    assert_eq!((relish.minutes, relish.servings), (None, None));
    assert!(relish.slots.is_empty() && relish.diets.is_empty());
    assert_eq!(
        lines(&relish),
        [
            ("cucumbers", "1kg | 2 1/4 lb", "For the relish"),
            ("Mustard seeds", "2 tsp", "For the relish"),
            ("Vinegar, the mild sort", "250 ml", "For the relish"),
            ("sugar, brown", "", "For the relish"),
            ("dill", "", "herbs of your choice"),
            ("chives", "", "herbs of your choice"),
        ]
    );
    assert_eq!(relish.steps.len(), 2);
}

#[test]
fn rejections_name_the_problem() {
    let refused: Vec<_> = samples("broken")
        .into_iter()
        .map(|entry| {
            let reason = entry.item.expect_err(&entry.name).to_string();
            (entry.name, reason)
        })
        .collect();
    let begin = |name: &str| {
        let found = refused.iter().find(|(file, _)| file == name);
        found.map_or("", |(_, reason)| reason.as_str())
    };
    assert_eq!(refused.len(), 15);
    for (name, reason) in [
        ("deep.md", "its lists or quotations are nested too deeply"),
        (
            "empty-directions.md",
            "its section `## Directions` says nothing",
        ),
        (
            "empty-ingredients.md",
            "its section `## Ingredients` has no list of ingredients",
        ),
        (
            "endless-line.md",
            "its ingredient `word word word word word word word word …` has more than 1000 characters; shorten it",
        ),
        ("folder.md", "it is not a regular file"),
        ("latin-1.md", "line 2 is not UTF-8; save the file as UTF-8"),
        (
            "long-title.md",
            "its `title` has 124 characters; 120 are the most",
        ),
        ("no-directions.md", "it has no section `## Directions`"),
        (
            "no-front-matter.md",
            "it does not begin with front matter: a line `---`, keys such as `title`, and a line `---`",
        ),
        ("no-ingredients.md", "it has no section `## Ingredients`"),
        ("no-title.md", "it has no `title`"),
        (
            "nul.md",
            "its `text` has the character U+0000, which cannot be stored",
        ),
        (
            "open-front-matter.md",
            "its front matter has no end: a line `---` after the keys",
        ),
    ] {
        assert_eq!(begin(name), reason, "{name}");
    }
    assert_eq!(
        begin("tags-of-numbers.md"),
        "its `tags` must be a word or a list of words, and holds keys with values"
    );
    let reason = begin("wrong-front-matter.md");
    assert!(
        reason.starts_with("its front matter is not as YAML should be"),
        "{reason}"
    );
}

#[test]
fn other_paths_are_rejected() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/catalogue");
    for (path, reason) in [
        ("nowhere", "there is no such file or folder"),
        ("exercises.json", "it is not a folder"),
        (
            "broken/folder.md",
            "it has no files whose names end with `.md`",
        ),
    ] {
        let error = read_recipes(&samples.join(path))
            .expect_err(path)
            .to_string();
        assert!(error.contains(reason) && error.contains(path), "{error}");
    }
}

const SOUP: &str = "---\ntitle: Crème\ntags: [vegan, 2024]\n---\n\nThick.\n\n- Servings: 4\n\n\
                    ## Ingredients\n\n- 1 onion\n- salt\n\n## Directions\n\n1. Cook it.\n2. Eat it.\n";

/// The entries of a folder with these files.
fn read(name: &str, files: &[(&str, &str)]) -> Vec<Entry<Recipe>> {
    let folder = std::env::temp_dir().join(format!("coach-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    for (file, text) in files {
        fs::write(folder.join(file), text).expect("written");
    }
    let entries = read_recipes(&folder).expect("a folder");
    fs::remove_dir_all(&folder).expect("removed");
    entries
}

#[test]
fn line_breaks_and_normal_forms_of_any_system_are_equivalent() {
    let read = |text: &str| {
        let entry = read("line-ends", &[("soup.md", text)]).remove(0);
        format!("{:?}", entry.item.expect("a recipe"))
    };
    let expected = read(SOUP);
    for end in ["\r", "\r\n"] {
        assert_eq!(read(&SOUP.replace('\n', end)), expected, "{end:?}");
    }
    let decomposed: String = SOUP.nfd().collect();
    assert_ne!(decomposed, SOUP);
    assert_eq!(read(&decomposed), expected);
}

#[test]
fn slugs_do_not_depend_on_the_normal_form_of_file_names() {
    let slugs = |files: &[(&str, &str)]| {
        let entries = read("names", files).into_iter();
        let slugs = entries.map(|entry| (entry.slug, entry.item.expect("a recipe").id));
        slugs.collect::<Vec<_>>()
    };
    let composed = slugs(&[("cr\u{e8}me.md", SOUP), ("crab.md", SOUP), ("dip.md", SOUP)]);
    let decomposed = slugs(&[
        ("cre\u{300}me.md", SOUP),
        ("crab.md", SOUP),
        ("dip.md", SOUP),
    ]);
    assert_eq!(composed, decomposed);
    assert_eq!(composed[1].0, "import/cr\u{e8}me");
}

#[test]
fn files_that_would_become_the_same_recipe_are_rejected() {
    for (one, other, slug) in [
        ("soup.md", "soup.md.md", "import/soup"),
        ("cre\u{300}me.md", "cr\u{e8}me.md", "import/cr\u{e8}me"),
    ] {
        let entries = read("twins", &[(one, SOUP), (other, SOUP), ("stew.md", SOUP)]);
        let reason =
            format!("`{one}` and `{other}` would become one recipe, `{slug}`; rename all but one");
        for name in [one, other] {
            let entry = entries.iter().find(|entry| entry.name == name).expect(name);
            let error = entry.item.as_ref().expect_err(name).to_string();
            assert_eq!(error, reason);
        }
        let stew = entries.iter().find(|entry| entry.name == "stew.md");
        assert!(stew.expect("read").item.is_ok());
    }
}

#[test]
fn standard_input_is_no_folder() {
    let error = read_recipes(Path::new("-"))
        .expect_err("no folder")
        .to_string();
    assert!(
        error.starts_with("standard input: it is not a folder"),
        "{error}"
    );
}
