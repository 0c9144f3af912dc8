const { graphql } = require('relay-runtime');

graphql`
  query CheckInsQuery {
    me {
      ...CheckIns_member
    }
  }
`;

// Refetchable on a type with an id: the next page is fetched by `node`.
graphql`
  fragment CheckIns_member on Member
  @argumentDefinitions(count: { type: "Int", defaultValue: 1 }, after: { type: "String" })
  @refetchable(queryName: "CheckInsPaginationQuery") {
    id
    checkIns(first: $count, after: $after) @connection(key: "CheckIns_member_checkIns") {
      edges {
        node {
          id
          submittedAt
        }
      }
    }
  }
`;
