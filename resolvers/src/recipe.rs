//! `Recipe`, and the fields that lead to it.

use std::{collections::HashSet, sync::Arc};

use coach_domain::{
    command::UserError,
    favourite::{self, SetFavouriteRecipe},
    id::{MemberId, OpaqueId as _, RecipeId},
    page::{Listed, Page},
    recipe::{self, Recipe, RecipeFilter},
};
use coach_execution::Batch;

use crate::{Error, RequestContext, Resolvers, arguments, batch, mutation, page, query};

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
        let given = arguments.filter.value();
        let filter = given.map(|given| RecipeFilter {
            text: given.text.value().cloned(),
            slots: given.slots.value().cloned(),
            diet: given.diet.value().copied(),
            without_allergens: given.without_allergens.value().cloned(),
            max_minutes: given.max_minutes.value().copied(),
        });
        let request = page::request(arguments.first, &arguments.after);
        let filter = filter.unwrap_or_default();
        let found = recipe::search(context.session(), &filter, &request).await?;
        let page = page::of_items(found, &context.catalogue().await?.recipes, &request);
        Ok(page.of_list(Listed::Recipes(filter)))
    }
}

impl batch::RecipeIsFavourite for Resolvers {
    type Key = RecipeId;
    type Value = bool;

    async fn load(
        context: &RequestContext,
        recipes: &[RecipeId],
    ) -> Result<Batch<RecipeId, bool>, Error> {
        let favourites = match context.member().await? {
            Some(member) => favourite::among(context.session(), member.id, recipes).await?,
            // Who is not registered keeps nothing yet.
            None => HashSet::new(),
        };
        Ok(recipes
            .iter()
            .map(|id| (*id, favourites.contains(id)))
            .collect())
    }
}

type Key = (MemberId, arguments::MemberFavouriteRecipes);

impl batch::MemberFavouriteRecipes for Resolvers {
    type Key = MemberId;
    type Value = Page<Recipe>;

    async fn load(
        context: &RequestContext,
        keys: &[Key],
    ) -> Result<Batch<Key, Page<Recipe>>, Error> {
        let requests = keys
            .iter()
            .map(|(id, page)| (*id, page::request(page.first, &page.after)));
        let requests: Vec<_> = requests.collect();
        let mut found = favourite::pages(context.session(), &requests).await?;
        let catalogue = context.catalogue().await?;
        let pages = keys.iter().zip(&requests).filter_map(|(key, request)| {
            let rows = found.remove(request)?;
            let page = rows.map(|rows| page::of_items(rows, &catalogue.recipes, &request.1));
            Some((key.clone(), page.map_err(Error::from)))
        });
        Ok(Batch::of_results(pages))
    }
}

/// `SetFavouriteRecipePayload`.
#[derive(Debug, Default)]
pub struct SetFavouriteRecipePayload {
    pub(crate) recipe: Option<Arc<Recipe>>,
    pub(crate) user_errors: Vec<UserError>,
}

impl mutation::SetFavouriteRecipe for Resolvers {
    type Value = SetFavouriteRecipePayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationSetFavouriteRecipe,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let refused = |error| SetFavouriteRecipePayload {
            user_errors: vec![error],
            ..SetFavouriteRecipePayload::default()
        };
        let Some(recipe) = RecipeId::decode(&input.recipe_id) else {
            return Ok(refused(UserError::unknown("recipeId")));
        };
        let command = SetFavouriteRecipe {
            recipe,
            is_favourite: input.is_favourite,
        };
        let occurred_at = input.occurred_at.value().copied();
        let done = context.execute(&input.idempotency_key, occurred_at, command);
        Ok(match done.await? {
            Ok(id) => SetFavouriteRecipePayload {
                recipe: context.catalogue().await?.recipes.get(&id).cloned(),
                ..SetFavouriteRecipePayload::default()
            },
            Err(error) => refused(error),
        })
    }
}
