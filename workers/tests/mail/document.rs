//! The attached document, parsed by an independent library.

use coach_domain::shopping::ShoppingItem;
use coach_workers::mail::{Attachment, attachment::PlanAttachment};
use lopdf::Document;

use crate::{
    outline::Outline,
    sample::{Sample, grace, plan, samples},
};

fn bytes(sample: &Sample) -> Vec<u8> {
    let outline = Outline::of(&sample.render().unwrap().mime);
    let (name, media_type, bytes) = outline.attachments.into_iter().nth(1).unwrap();
    assert_eq!(
        (name.as_str(), media_type.as_str()),
        ("meals-2026-11-23.pdf", "application/pdf")
    );
    bytes
}

/// The text of each page.
fn pages(sample: &Sample) -> Vec<String> {
    let document = Document::load_mem(&bytes(sample)).unwrap();
    let pages = document.get_pages().into_keys();
    let text = |page| document.extract_text(&[page]).unwrap();
    pages
        .map(|page| text(page).split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

fn with(plan: PlanAttachment) -> Sample {
    let sample = samples().remove(2);
    Sample {
        attachment: Attachment::Plan(Box::new(plan)),
        ..sample
    }
}

#[test]
fn all_meals_and_shopping_lists_are_in_it() {
    let pages = pages(&with(plan()));
    assert_eq!(
        pages.len(),
        8,
        "a page for each week, and one for its shopping list"
    );
    let all = pages.join(" ");
    for text in [
        "Meals of cycle 1",
        "Monday 23 November to Sunday 20 December",
        "Żurek, as in Łódź",
        "Crème brûlée",
        "Workout Full-body strength (40 min)",
    ] {
        assert!(all.contains(text), "{text} in {all}");
    }
    assert!(
        pages[0].contains("Week 1, from Mon 23 Nov")
            && pages[7].contains("Shopping list for week 4"),
        "{all}"
    );
    // Amounts: rounded up, counted, and in characters that the font has.
    for text in [
        "Milk, 1.3 kg",
        "Dill, 2 × 1 bunch",
        "Lemon juice, ½ tbsp + 1⁄3 cup",
        "Crème fraîche, 200 g + 1 tbsp",
        "Salt ",
    ] {
        assert!(pages[1].contains(text), "{text} in {}", pages[1]);
    }
    assert!(
        pages[1]
            .contains("Salmon fillet, without skin and bones, as fresh as you can get it, 700 g"),
        "{}",
        pages[1]
    );
    assert!(pages[3].contains("Coach · 4 / 8"), "{}", pages[3]);
    for secret in ["Ada", "Łódzka", "example.com"] {
        assert!(!all.contains(secret), "{secret}");
    }
}

#[test]
fn units_are_the_recipients() {
    let sample = Sample {
        to: grace(),
        ..with(plan())
    };
    let pages = pages(&sample);
    assert!(
        pages[1].contains("Milk, 2.8 lb") && pages[1].contains("Walnuts, 4 oz"),
        "{}",
        pages[1]
    );
    assert!(
        pages[0].contains("Monday, November 23 · Day 1"),
        "{}",
        pages[0]
    );
}

#[test]
fn nothing_is_lost_where_pages_end() {
    let mut plan = plan();
    let item = |number: usize| ShoppingItem {
        name: format!("item{number:03} {}", "with a long name ".repeat(number % 7)),
        grams: Some(100),
        quantities: vec![],
    };
    plan.shopping[0].items = (0..400).map(item).collect();
    for (meal, number) in plan.days[0].meals.iter_mut().zip(0..) {
        meal.title = format!("meal{number} {}", "so very long ".repeat(120));
    }
    plan.days[1].meals[0].title = format!("begin{}end", "x".repeat(600));
    let pages = pages(&with(plan));
    let all = pages.join(" ");
    for number in 0..400 {
        assert!(all.contains(&format!("item{number:03}")), "item {number}");
    }
    for number in 0..4 {
        assert!(all.contains(&format!("meal{number}")), "meal {number}");
    }
    let letters: String = all.split_whitespace().collect();
    assert!(letters.contains(&format!("begin{}end", "x".repeat(600))));
    assert!(pages.len() > 12, "{} pages", pages.len());
}

#[test]
fn it_is_tagged_named_and_small() {
    let bytes = bytes(&with(plan()));
    let document = Document::load_mem(&bytes).unwrap();
    let catalogue = document.catalog().unwrap();
    assert!(catalogue.has(b"StructTreeRoot") && catalogue.has(b"Outlines"));
    assert_eq!(catalogue.get(b"Lang").unwrap().as_str().unwrap(), b"en");
    assert!(bytes.len() < 100_000, "{} bytes", bytes.len());
}

#[test]
fn a_plan_without_days_is_a_document_too() {
    let mut plan = plan();
    plan.days.clear();
    plan.shopping.clear();
    assert_eq!(pages(&with(plan)).len(), 1);
}

/// The mail itself has the plan if there is no document. The fonts lack each of these scripts.
#[test]
fn titles_that_the_fonts_lack_are_in_the_mail_itself() {
    for title in [
        "鶏の照り焼き",
        "宫保鸡丁",
        "김치찌개",
        "كبسة",
        "חומוס",
        "ต้มยำกุ้ง",
        "पनीर टिक्का",
        "🍕 Pizza",
    ] {
        for place in ["a workout", "a meal", "something to buy", "an amount"] {
            let mut plan = plan();
            match place {
                "a workout" => title.clone_into(&mut plan.days[0].workouts[0].title),
                "a meal" => title.clone_into(&mut plan.days[27].meals[3].title),
                "something to buy" => title.clone_into(&mut plan.shopping[3].items[0].name),
                _ => plan.shopping[3].items[1].quantities[0] = title.to_owned(),
            }
            let outline = Outline::of(&with(plan).render().unwrap().mime);
            let files: Vec<_> = outline.attachments.iter().map(|(name, ..)| name).collect();
            assert_eq!(files, ["workouts-2026-11-23.ics"], "{title} in {place}");
            for text in [&outline.text, &outline.html] {
                assert!(text.contains(title), "{title} in {place}: {text}");
                assert!(text.contains("Żurek, as in Łódź") && text.contains("Milk, 1.3 kg"));
                assert!(!text.contains("??") && !text.contains("PDF"), "{text}");
            }
        }
    }
}

#[test]
fn invisible_characters_need_no_glyph() {
    let mut plan = plan();
    "Crè\u{ad}me\u{200b} brû\u{200d}lée\u{fe0f} μουσακάς борщ ½"
        .clone_into(&mut plan.days[0].meals[0].title);
    let pages = pages(&with(plan));
    assert!(
        pages[0].contains("Crème brûlée μουσακάς борщ ½"),
        "{}",
        pages[0]
    );
}
