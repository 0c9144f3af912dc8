//! `Recipe`: the fields that return it, and favourites.

use std::{collections::HashSet, sync::Arc};

use coach_domain::{
    favourite::{self, SetFavouriteRecipe},
    filter::RecipeFilter,
    id::{MemberId, OpaqueId as _, RecipeId},
    page::{CountableList, Page},
    recipe::{self, Recipe},
};
use coach_execution::Batch;

use crate::{
    Error, MutationError, RequestContext, Resolvers, arguments, batch, command::decode_public,
    input, mutation, page, payload::SetFavouriteRecipePayload, query,
};

impl query::Recipe for Resolvers {
    type Value = Option<Arc<Recipe>>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryRecipe,
    ) -> Result<Self::Value, Error> {
        let Some(id) = RecipeId::decode(&arguments.id) else {
            return Ok(None);
        };
        Ok(context.catalogue().await?.recipes.get(&id).cloned())
    }
}

impl query::Recipes for Resolvers {
    type Value = Page<Recipe>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryRecipes,
    ) -> Result<Page<Recipe>, Error> {
        let input = arguments.filter.value();
        let filter = input.map(|input| RecipeFilter {
            text: input.text.value().cloned(),
            slots: input.slots.value().cloned(),
            diet: input.diet.value().copied(),
            without_allergens: input.without_allergens.value().cloned(),
            max_minutes: input.max_minutes.value().copied(),
        });
        let request = page::request(arguments.first, &arguments.after);
        let filter = filter.unwrap_or_default();
        let found = recipe::search(context.session(), &filter, &request).await?;
        let page = page::from_search(found, &context.catalogue().await?.recipes, &request);
        Ok(page.with_list(CountableList::Recipes(filter)))
    }
}

impl batch::RecipeIsFavourite for Resolvers {
    type Key = RecipeId;
    type Value = bool;

    async fn load(
        context: &RequestContext,
        recipes: &[RecipeId],
    ) -> Result<Batch<RecipeId, bool>, Error> {
        let of = |favourites: &HashSet<_>| {
            let recipes = recipes.iter();
            recipes.map(|id| (*id, favourites.contains(id))).collect()
        };
        if let Some(favourites) = context.favourites() {
            return Ok(of(favourites));
        }
        match context.member().await? {
            Some(member) => {
                let among = favourite::among(context.session(), member.id, recipes);
                Ok(of(&among.await?))
            }
            // Viewers who have not registered have no favourites.
            None => Ok(of(&HashSet::new())),
        }
    }
}

/// A member, with the arguments of the field.
type FieldKey = (MemberId, arguments::MemberFavouriteRecipes);

impl batch::MemberFavouriteRecipes for Resolvers {
    type Key = MemberId;
    type Value = Page<Recipe>;

    async fn load(
        context: &RequestContext,
        keys: &[FieldKey],
    ) -> Result<Batch<FieldKey, Page<Recipe>>, Error> {
        let requests = keys
            .iter()
            .map(|(id, arguments)| (*id, page::request(arguments.first, &arguments.after)));
        let requests: Vec<_> = requests.collect();
        let mut found = favourite::pages(context.session(), &requests).await?;
        let catalogue = context.catalogue().await?;
        let pages = keys.iter().zip(&requests).filter_map(|(key, request)| {
            let rows = found.remove(request)?;
            let page = rows.map(|rows| page::from_search(rows, &catalogue.recipes, &request.1));
            Some((key.clone(), page.map_err(Error::from)))
        });
        Ok(Batch::of_results(pages))
    }
}

impl mutation::SetFavouriteRecipe for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::SetFavouriteRecipeInput,
    ) -> Result<SetFavouriteRecipePayload, MutationError> {
        let command = SetFavouriteRecipe {
            recipe: decode_public(&input.recipe_id, "recipeId")?,
            is_favourite: input.is_favourite,
        };
        let id = context.execute(input, command).await?;
        Ok(SetFavouriteRecipePayload {
            recipe: context.catalogue().await?.recipes.get(&id).cloned(),
            ..Default::default()
        })
    }
}
