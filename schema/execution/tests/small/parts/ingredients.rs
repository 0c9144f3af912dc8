impl batch::DishIngredients for Resolvers {
    type Key = Id;
    type Value = Vec<Ingredient>;

    async fn load(context: &RequestContext, dishes: &[Id]) -> Result<Batch<Id, Vec<Ingredient>>, Error> {
        context.loaded("DishIngredients", dishes.len());
        let supplier_id = Id("c2".to_owned());
        Ok(Batch::grouped(dishes.iter().filter(|dish| dish.0 != "d3").flat_map(|dish| {
            ["salt", "rice"].map(|name| {
                let (name, supplier_id) = (format!("{name} of {}", dish.0), supplier_id.clone());
                (dish.clone(), Ingredient { name, supplier_id })
            })
        })))
    }
}
