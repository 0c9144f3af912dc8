use super::ingredient;

/// Lines with the expected values, separated by tabs.
const LINES: &str = include_str!("../../../../tests/catalogue/lines.tsv");

#[test]
fn lines_are_parsed_as_expected() {
    let rows = LINES
        .lines()
        .filter(|row| !row.starts_with('#') && !row.is_empty());
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() > 80, "{}", rows.len());
    for row in rows {
        let line = row.split('\t').next().unwrap_or_default();
        let read = ingredient(line, Vec::new());
        let amount = read.amount.map_or_else(String::new, |amount| {
            let range = format!("{}-{}", amount.minimum, amount.maximum);
            let one = amount.minimum >= amount.maximum;
            let unit = amount
                .unit
                .map_or_else(String::new, |unit| format!(" {unit:?}"));
            format!(
                "{}{unit}",
                if one {
                    amount.minimum.to_string()
                } else {
                    range
                }
            )
        });
        let grams = read
            .grams
            .map_or_else(String::new, |grams| grams.to_string());
        let note = read.note.unwrap_or_default();
        assert_eq!(
            [line, &read.quantity, &amount, &grams, &read.name, &note].join("\t"),
            row
        );
    }
}

/// No line causes a panic, even when it is cut off anywhere.
#[test]
fn odd_lines_can_be_parsed() {
    let odd = "½½ 1//2 (((( ))) ~~1–—2 x 3 × ⅛⁄⅞ of of a an + ½ or 1 (or (or 2 %, — ; . ; 1.2.3,4 g)( §\u{301}";
    for line in LINES.lines().chain([odd]) {
        for (at, _) in line.char_indices() {
            ingredient(&line[at..], Vec::new());
            let read = ingredient(&line[..at], Vec::new());
            let amount = read.amount.map(|amount| amount.minimum <= amount.maximum);
            assert_ne!(amount, Some(false), "{}", &line[..at]);
        }
    }
}

#[test]
fn extra_notes_come_last() {
    let line = ingredient("1 cup nuts, chopped", vec!["For the crumble".to_owned()]);
    assert_eq!(line.note.as_deref(), Some("chopped; For the crumble"));
}
