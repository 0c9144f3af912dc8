// Mercurius 16 on Fastify, with the just-in-time compiler and batch loaders.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { batchLoaders, batchResolvers } from './graphql/batches.mjs';
import { loadCatalogue } from './graphql/catalogue.mjs';
import { typeDefs } from './graphql/schema.mjs';
import { catalogueInPostgres, host, port } from './server/settings.mjs';
import { authenticate } from './server/viewer.mjs';

const catalogue = catalogueInPostgres ? undefined : await loadCatalogue();
const app = Fastify();
app.register(mercurius, {
  schema: typeDefs,
  resolvers: batchResolvers(catalogue),
  loaders: batchLoaders(catalogue),
  context: async (request) => ({ subject: await authenticate(request.headers.authorization), now: new Date() }),
  // Operations are compiled when they are sent for the second time.
  jit: 1,
});
app.get('/health/ready', async () => 'ready');
await app.listen({ port, host });
