// The schema that the gateway serves, of which the peers answer what Today selects.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { schemaFolder } from '../server/settings.mjs';

const files = readdirSync(schemaFolder).filter((name) => name.endsWith('.graphql'));

/** The SDL. */
export const typeDefs = files.map((name) => readFileSync(path.join(schemaFolder, name), 'utf8')).join('\n');
