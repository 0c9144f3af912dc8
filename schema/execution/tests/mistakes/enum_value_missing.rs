//! A Rust enum without a variant for a value of the SDL.

mod model {
    include!("../small/parts/model.rs");
    include!("../small/parts/dish.rs");
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Course {
        Starter,
        Main,
        Dessert,
        Self_,
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
