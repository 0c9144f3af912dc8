// PostGraphile 5 on Node's own HTTP server, over the views of views.sql.
import './server/with_resolvers.mjs';
import http from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { MAX_CONNECTIONS } from './server/pool.mjs';
import { databaseUrl, host, issuer, port } from './server/settings.mjs';
import { authenticate } from './server/viewer.mjs';

/** Keeps the column `id`, which is named `rowId` by default. */
const KeepId = {
  name: 'KeepId',
  inflection: {
    replace: {
      _attributeName: (previous, _, details) => previous({ ...details, skipRowId: true }),
    },
  },
};

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [KeepId],
  // The field `id` is the column.
  disablePlugins: ['NodePlugin'],
  pgServices: [
    makePgService({ connectionString: databaseUrl, poolConfig: { max: MAX_CONNECTIONS }, schemas: ['peer'] }),
  ],
  schema: { defaultBehavior: '-connection +list -orderBy -filter -insert -update -delete' },
  grafast: {
    context: async ({ node }) => {
      const subject = await authenticate(node.req.headers.authorization);
      return { pgSettings: { 'jwt.claims.iss': issuer, 'jwt.claims.sub': subject } };
    },
  },
  grafserv: { graphiql: false, watch: false },
};

const service = postgraphile(preset).createServ(grafserv);
await service.ready();
const handle = service.createHandler();
const server = http.createServer((request, response) => {
  if (request.url === '/health/ready') response.end('ready');
  else handle(request, response);
});
server.listen(port, host);
