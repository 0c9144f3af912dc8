//! A batch function whose value has another type.

mod model {
    include!("../small/parts/model.rs");
    include!("../small/parts/dish.rs");
    include!("../small/parts/course.rs");
}

mod small {
    include!("../small/parts/around.rs");
    include!("../small/parts/scalar.rs");
    impl batch::DishIngredients for Resolvers {
        type Key = Id;
        type Value = Ingredient;

        async fn load(context: &RequestContext, dishes: &[Id]) -> Result<Batch<Id, Ingredient>, Error> {
            context.loaded("DishIngredients", dishes.len());
            let supplier_id = Id("c2".to_owned());
            let name = "salt".to_owned();
            Ok([(dishes[0].clone(), Ingredient { name, supplier_id })].into_iter().collect())
        }
    }
    include!("../small/parts/query_dish.rs");
    include!("../small/parts/rest.rs");
}

fn main() {}
