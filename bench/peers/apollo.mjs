// Apollo Server 5 behind Express, the integration that its documentation recommends for production.
import http from 'node:http';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import { loadCatalogue } from './graphql/catalogue.mjs';
import { requestContext, resolvers } from './graphql/resolvers.mjs';
import { typeDefs } from './graphql/schema.mjs';
import { catalogueInPostgres, host, port } from './server/settings.mjs';
import { authenticate } from './server/viewer.mjs';

const catalogue = catalogueInPostgres ? undefined : await loadCatalogue();
const app = express();
const httpServer = http.createServer(app);
const server = new ApolloServer({
  typeDefs,
  resolvers: resolvers(catalogue),
  plugins: [ApolloServerPluginDrainHttpServer({ httpServer })],
});
await server.start();
const context = async ({ req }) => requestContext(await authenticate(req.headers.authorization), catalogue);
app.use('/graphql', express.json(), expressMiddleware(server, { context }));
app.get('/health/ready', (_, response) => response.send('ready'));
httpServer.listen(port, host);
