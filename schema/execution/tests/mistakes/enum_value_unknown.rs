//! A Rust enum with a variant for which the SDL has no value.

mod model {
    include!("../small/parts/model.rs");
    include!("../small/parts/dish.rs");
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Course {
        Starter,
        Main,
        Dessert,
        Self_,
        Old,
        Cheese,
    }
}

mod small {
    include!("../small/parts/around.rs");
    include!("../small/parts/scalar.rs");
    include!("../small/parts/ingredients.rs");
    include!("../small/parts/query_dish.rs");
    include!("../small/parts/rest.rs");
}

fn main() {}
