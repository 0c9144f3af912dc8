// What the benchmark passes to a server, as JSON in the environment variable COACH_PEER.
const settings = JSON.parse(process.env.COACH_PEER);

/** The address to listen on. */
export const { host, port } = settings;

/** The URL of the database. */
export const { databaseUrl } = settings;

/** Whether the catalogue is read from Postgres for each request; else it is kept in memory. */
export const catalogueInPostgres = settings.catalogue === 'postgres';

/** The folder with the SDL of the schema. */
export const schemaFolder = settings.schema;

/** What tokens are verified with: the issuer's public keys, and the claims that they must have. */
export const { keys, issuer, audience } = settings;
