//! A scalar without its implementation.

mod model {
    include!("../small/parts/model.rs");
    include!("../small/parts/dish.rs");
    include!("../small/parts/course.rs");
}

mod small {
    include!("../small/parts/around.rs");
    include!("../small/parts/ingredients.rs");
    include!("../small/parts/query_dish.rs");
    include!("../small/parts/rest.rs");
}

fn main() {}
