// graphql-codegen's client preset, for the app's operations and for code that uses them, checked by tsc in strict mode.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { before, test } from 'node:test';
import assert from 'node:assert/strict';

import { generate } from '@graphql-codegen/cli';
import { buildSchema, isScalarType, isSpecifiedScalarType } from 'graphql';

import { command } from '../command.mjs';
import { operations, schemaFile, sdl } from '../endpoint.mjs';

const app = resolve('codegen-app');
const scalars = Object.values(buildSchema(sdl).getTypeMap()).filter(
  (type) => isScalarType(type) && !isSpecifiedScalarType(type),
);

before(async () => {
  rmSync(app, { recursive: true, force: true });
  cpSync('suites/codegen', app, { recursive: true });
  await generate({
    schema: schemaFile,
    documents: [`${operations}/*.graphql`, join(app, 'app.ts')],
    silent: true,
    generates: {
      [`${app}/generated/`]: {
        preset: 'client',
        config: {
          strictScalars: true,
          scalars: Object.fromEntries(scalars.map(({ name }) => [name, 'string'])),
          useTypeImports: true,
          emitLegacyCommonJSImports: false,
          importExtension: '.js',
        },
      },
    },
  });
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'es2022',
    module: 'nodenext',
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    types: [],
  };
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['**/*.ts'] }));
});

test('the types are strict', async () => {
  await command(resolve('node_modules/.bin/tsc'), ['--project', app]);
});

test('every operation of the app has its document', () => {
  const generated = readFileSync(join(app, 'generated/graphql.ts'), 'utf8');
  for (const name of [
    'TodayDocument',
    'RecipeSearchDocument',
    'SubmitCheckInDocument',
    'WeekDocument',
    'KeepDocument',
  ]) {
    assert.match(generated, new RegExp(`export const ${name} = `));
  }
});
