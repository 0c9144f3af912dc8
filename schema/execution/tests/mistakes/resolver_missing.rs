//! A root field without its resolver.

mod model {
    include!("../small/parts/model.rs");
    include!("../small/parts/dish.rs");
    include!("../small/parts/course.rs");
}

mod small {
    include!("../small/parts/around.rs");
    include!("../small/parts/scalar.rs");
    include!("../small/parts/ingredients.rs");
    include!("../small/parts/rest.rs");
}

fn main() {}
