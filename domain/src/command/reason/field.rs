//! Phrases for the input fields that have limits. Each phrase is the subject of a sentence, in the singular.

/// In English.
pub(super) fn english(field: &str) -> &'static str {
    match field {
        "allergens" => "The list of allergens",
        "chestMillimetres" => "The chest measurement",
        "coach" => "The coach's name",
        "code" => "The code",
        "consents" => "The list of answers",
        "daysPerWeek" => "The number of training days a week",
        "displayName" => "The name",
        "energy" => "The rating of your energy",
        "hipsMillimetres" => "The hip measurement",
        "ids" => "The list of ids",
        "limit" => "The limit",
        "notes" => "The note",
        "purchase" => "The proof of purchase",
        "queue" => "The name of the queue",
        "requestId" => "The id of the request",
        "servings" => "The number of servings",
        "sleep" => "The rating of your sleep",
        "title" => "The title",
        "videoJobId" => "The id of the video job",
        "waistMillimetres" => "The waist measurement",
        "weightGrams" => "The weight",
        _ => UNNAMED[0],
    }
}

/// In German.
pub(super) fn german(field: &str) -> &'static str {
    match field {
        "allergens" => "Die Liste der Allergene",
        "chestMillimetres" => "Der Brustumfang",
        "coach" => "Der Name des Coachs",
        "code" => "Der Code",
        "consents" => "Die Liste der Antworten",
        "daysPerWeek" => "Die Zahl der Trainingstage pro Woche",
        "displayName" => "Der Name",
        "energy" => "Die Angabe zu deiner Energie",
        "hipsMillimetres" => "Der Hüftumfang",
        "ids" => "Die Liste der Kennungen",
        "limit" => "Die Höchstzahl",
        "notes" => "Die Notiz",
        "purchase" => "Der Kaufbeleg",
        "queue" => "Der Name der Warteschlange",
        "requestId" => "Die Kennung der Anfrage",
        "servings" => "Die Zahl der Portionen",
        "sleep" => "Die Angabe zu deinem Schlaf",
        "title" => "Der Titel",
        "videoJobId" => "Die Kennung des Video-Jobs",
        "waistMillimetres" => "Der Taillenumfang",
        "weightGrams" => "Das Gewicht",
        _ => UNNAMED[1],
    }
}

/// The fallback for a field without a phrase, in English and German. Tests check that no field needs it.
pub(super) const UNNAMED: [&str; 2] = ["This", "Diese Angabe"];

/// Formats a limit for people: the API has millimetres and grams, the messages have centimetres and kilograms.
pub(super) fn measure(name: &str, value: i64) -> String {
    match name {
        "weightGrams" => format!("{} kg", value / 1_000),
        "waistMillimetres" | "hipsMillimetres" | "chestMillimetres" => {
            format!("{} cm", value / 10)
        }
        _ => value.to_string(),
    }
}
