// Compares dashboards with the types of @grafana/schema, which Grafana itself is built from: node check.mjs FOLDER
//
// The dashboards become constants of a TypeScript file, each with the type of a dashboard, and its panels with those of their
// options; the compiler does the rest. It reports what is missing, misspelled or of another type.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2];

/** The types of panels that have options of their own. Those of a table's cells cannot be told from JSON. */
const PANELS = {
  barchart: 'FieldConfig',
  stat: null,
  table: null,
  timeseries: 'FieldConfig',
};

const lines = ['import type { Dashboard, Panel, RowPanel } from "@grafana/schema";'];
for (const type of Object.keys(PANELS)) {
  const types = `../node_modules/@grafana/schema/dist/types/raw/composable/${type}/panelcfg/x/types.gen`;
  lines.push(`import type * as ${type} from "${types}";`);
}
// JSON has strings and numbers where the types have enums.
lines.push(`
type Json<T> = T extends string ? \`\${T}\` : T extends number ? number
  : T extends Array<infer U> ? Json<U>[] : T extends object ? { [K in keyof T]: Json<T[K]> } : T;
type Defaults = NonNullable<Panel["fieldConfig"]>["defaults"];
type Override = { matcher: { id: string; options: unknown }; properties: { id: string; value?: unknown }[] };
type PanelOf<Options, Custom> = Json<Omit<Panel, "options" | "fieldConfig">> & {
  options: Json<Options>;
  fieldConfig: { defaults: Json<Omit<Defaults, "custom">> & { custom?: Json<Custom> }; overrides: Override[] };
};`);
/** What Grafana's Prometheus adds to an annotation, and the schema does not know. */
const QUERY = ['expr', 'step', 'titleFormat', 'textFormat', 'tagKeys', 'useValueForTime'];
const withoutQueries = ({ list }) => ({
  list: list.map((it) => Object.fromEntries(Object.entries(it).filter(([name]) => !QUERY.includes(name)))),
});
/** What stands in which line of the file. */
const places = [];
const declare = (place, type, value) => {
  places[lines.join('\n').split('\n').length] = place;
  lines.push(`export const value${lines.length}: ${type} = ${JSON.stringify(value)};`);
};
for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const dashboard = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const { annotations, panels, ...rest } = dashboard;
  declare(file, 'Json<Dashboard>', { ...rest, annotations: withoutQueries(annotations) });
  for (const panel of panels) {
    const place = `${file}, “${panel.title}”`;
    if (panel.type === 'row') {
      declare(place, 'Json<RowPanel>', panel);
    } else if (panel.type in PANELS) {
      const custom = PANELS[panel.type] ? `${panel.type}.${PANELS[panel.type]}` : 'Record<string, unknown>';
      declare(place, `PanelOf<${panel.type}.Options, ${custom}>`, panel);
    } else {
      throw new Error(`${place}: the type ${panel.type} is not known here`);
    }
  }
}

const generated = join(here, 'generated');
mkdirSync(generated, { recursive: true });
const program = join(generated, 'dashboards.ts');
writeFileSync(program, lines.join('\n'));
const compiled = ts.createProgram([program], {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  target: ts.ScriptTarget.ES2022,
});
const diagnostics = ts.getPreEmitDiagnostics(compiled);
for (const diagnostic of diagnostics) {
  const line = diagnostic.file?.getLineAndCharacterOfPosition(diagnostic.start).line;
  const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n  ');
  console.error(`${places[line] ?? basename(diagnostic.file?.fileName ?? '')}: ${message}`);
}
const checked = places.filter(Boolean).length;
console.log(`${checked} dashboards and panels compared with Grafana's schema: ${diagnostics.length} mistakes`);
process.exitCode = diagnostics.length > 0 || checked === 0 ? 1 : 0;
