// An app with Apollo Client.
import { ApolloClient, ApolloLink, InMemoryCache, gql } from '@apollo/client';

export const app = (links, cache = new InMemoryCache()) => new ApolloClient({ cache, link: ApolloLink.from(links) });

/** A query of the signed-in member. */
export const NAME = gql`
  query Name {
    me {
      id
      displayName
    }
  }
`;

/** A query of the catalogue. */
export const TITLES = gql`
  query Titles($first: Int!) {
    recipes(first: $first) {
      nodes {
        id
        title
      }
    }
  }
`;
