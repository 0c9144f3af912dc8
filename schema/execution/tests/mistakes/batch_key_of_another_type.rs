//! A batch function whose key has another type.

mod model {
    include!("../small/parts/model.rs");
    include!("../small/parts/dish.rs");
    include!("../small/parts/course.rs");
}

mod small {
    include!("../small/parts/around.rs");
    include!("../small/parts/scalar.rs");
    impl batch::DishIngredients for Resolvers {
        type Key = i32;
        type Value = Vec<Ingredient>;

        async fn load(_: &RequestContext, _: &[i32]) -> Result<Batch<i32, Vec<Ingredient>>, Error> {
            Err(Error)
        }
    }
    include!("../small/parts/query_dish.rs");
    include!("../small/parts/rest.rs");
}

fn main() {}
