// An app with Apollo Client.
import { ApolloClient, ApolloLink, InMemoryCache, gql } from '@apollo/client';

export const app = (links, cache = new InMemoryCache()) => new ApolloClient({ cache, link: ApolloLink.from(links) });

/** Of the member who is signed in. */
export const NAME = gql`
  query Name {
    me {
      id
      displayName
    }
  }
`;

/** Of the catalogue. */
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
