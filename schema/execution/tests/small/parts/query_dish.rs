impl query::Dish for Resolvers {
    type Value = Option<Dish>;

    async fn resolve(_: &RequestContext, arguments: &arguments::QueryDish) -> Result<Option<Dish>, Error> {
        Ok((arguments.id != "none").then(|| dish(&arguments.id)))
    }
}
