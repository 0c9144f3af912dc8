// GraphQL Yoga 5 on Node's own HTTP server.
import http from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { loadCatalogue } from './graphql/catalogue.mjs';
import { requestContext, resolvers } from './graphql/resolvers.mjs';
import { typeDefs } from './graphql/schema.mjs';
import { catalogueInPostgres, host, port } from './server/settings.mjs';
import { authenticate } from './server/viewer.mjs';

const catalogue = catalogueInPostgres ? undefined : await loadCatalogue();
const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers: resolvers(catalogue) }),
  context: async ({ request }) => requestContext(await authenticate(request.headers.get('authorization')), catalogue),
  healthCheckEndpoint: '/health/ready',
  graphiql: false,
  landingPage: false,
});
http.createServer(yoga).listen(port, host);
