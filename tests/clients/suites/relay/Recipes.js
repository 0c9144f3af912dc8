// Screens of an app with Relay. This file is not executed; relay-compiler reads it.
const { graphql } = require('relay-runtime');

graphql`
  query RecipesQuery($count: Int!, $after: String) {
    ...Recipes_list @arguments(count: $count, after: $after)
  }
`;

graphql`
  fragment Recipes_list on Query
  @argumentDefinitions(count: { type: "Int!" }, after: { type: "String" })
  @refetchable(queryName: "RecipesPaginationQuery") {
    recipes(first: $count, after: $after) @connection(key: "Recipes_list_recipes") {
      totalCount
      edges {
        node {
          ...Recipes_card
        }
      }
    }
  }
`;

// The same card for all viewers, signed in or not.
graphql`
  fragment Recipes_card on Recipe {
    id
    title
    isFavourite
  }
`;
