//! A model whose field has another name.

mod model {
    include!("../small/parts/model.rs");
    pub struct Dish {
        pub id: Id,
        pub name: String,
        pub course: Option<Course>,
        pub minute: i32,
        pub weight: Option<f64>,
        pub made_on: Date,
        pub table: Vec<Vec<Option<i32>>>,
        pub maybe: Option<Vec<Option<String>>>,
        pub nutrition: Option<Nutrition>,
        pub cook_id: Id,
        pub secret: Option<String>,
        pub old: Option<i32>,
    }
    include!("../small/parts/course.rs");
}

mod small {
    include!("../small/parts/around.rs");
    include!("../small/parts/scalar.rs");
    include!("../small/parts/ingredients.rs");
    include!("../small/parts/query_dish.rs");
    include!("../small/parts/rest.rs");
}

fn main() {}
