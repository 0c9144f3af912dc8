//! A resolver that returns another type.

mod model {
    include!("../small/parts/model.rs");
    include!("../small/parts/dish.rs");
    include!("../small/parts/course.rs");
}

mod small {
    include!("../small/parts/around.rs");
    include!("../small/parts/scalar.rs");
    include!("../small/parts/ingredients.rs");
    impl query::Dish for Resolvers {
        type Value = Option<Cook>;

        async fn resolve(_: &RequestContext, arguments: &arguments::QueryDish) -> Result<Option<Cook>, Error> {
            Ok((arguments.id != "none").then(|| cook(&arguments.id)))
        }
    }
    include!("../small/parts/rest.rs");
}

fn main() {}
