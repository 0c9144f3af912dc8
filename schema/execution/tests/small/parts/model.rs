// The models, except for those that the cases in tests/mistakes replace.

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Id(pub String);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Date(pub String);

pub struct Nutrition {
    pub energy: i32,
}

pub struct Ingredient {
    pub name: String,
    pub supplier_id: Id,
}

pub struct Cook {
    pub id: Id,
    pub name: String,
}

pub struct Probe {
    pub value: i32,
}

pub struct Knot {
    pub value: i32,
}

#[derive(Debug)]
pub struct Mistake {
    pub message: String,
    pub path: Vec<String>,
}
