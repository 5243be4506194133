// Makes dist/ of the engine that `cargo xtask wasm` has compiled: node build.js GLUE ENGINE TOOLS SCHEMAS
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';

const [glue, engine, tools, schemas] = process.argv.slice(2);
const root = import.meta.dirname, dist = join(root, 'dist'), generated = join(root, 'js/generated');
for (const folder of [dist, generated]) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
}
for (const name of ['engine.js', 'engine.d.ts', 'tools.js', 'tools.d.ts']) copyFileSync(join(glue, name), join(generated, name));
for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) copyFileSync(join(root, '../..', name), join(root, name));
copyFileSync(engine, join(dist, 'uytin.wasm'));
copyFileSync(tools, join(dist, 'tools.wasm'));
const wasm = readFileSync(engine);
writeFileSync(join(generated, 'engine.base64.ts'), `export default '${wasm.toString('base64')}';\n`);
writeFileSync(join(generated, 'tools.base64.ts'), `export default '${readFileSync(tools).toString('base64')}';\n`);

// ---- types of the documents, from the schemas that the core makes of its own types

const doc = (schema, indent) => schema.description ? `${indent}/** ${schema.description.replaceAll('*/', '')} */\n` : '';
const union = (types) => [...new Set(types)].join(' | ');
const typeOf = (schema, output, indent) => {
  if (schema === true || Object.keys(schema).length === 0) return 'unknown';
  const some = schema.oneOf ?? schema.anyOf;
  if (some) return union(some.map((one) => typeOf(one, output, indent)));
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
  const referred = schema.$ref?.split('/').pop(), reference = output && full.has(referred) ? `Full${referred}` : referred;
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type }, output, indent)));
  if (reference && !schema.properties) return reference;
  switch (schema.type) {
    case 'integer': case 'number': return 'number';
    case 'array': {
      const { items, prefixItems, minItems, maxItems } = schema;
      const each = prefixItems ?? (minItems === maxItems && minItems > 0 ? Array(minItems).fill(items) : undefined);
      if (each) return `[${each.map((item) => typeOf(item, output, indent)).join(', ')}]`;
      const item = typeOf(items, output, indent);
      return `${/[| ]/.test(item) ? `(${item})` : item}[]`;
    }
    case 'object': {
      const inner = `${indent}  `;
      if (!schema.properties) return `{ [id: string]: ${typeOf(schema.additionalProperties ?? true, output, inner)} }`;
      const fields = Object.entries(schema.properties).map(([key, value]) => {
        const optional = !schema.required?.includes(key);
        return `${doc(value, inner)}${inner}${/^\w+$/.test(key) ? key : JSON.stringify(key)}${optional ? '?' : ''}: ${typeOf(value, output, inner)};\n`;
      });
      return `${reference ? `${reference} & ` : ''}{\n${fields.join('')}${indent}}`;
    }
    default: return schema.type ?? 'unknown';
  }
};
const known = new Map();
// What is read may leave fields out, what is written has them all: `Brief` and `FullBrief`.
let full = new Set();
for (const [file, { read, written }] of Object.entries(JSON.parse(readFileSync(schemas, 'utf8')))) {
  const own = [], imported = new Set();
  const add = (name, schema, output) => {
    const text = `${doc(schema, '')}export type ${name} = ${typeOf(schema, output, '')};\n`, before = known.get(name);
    if (before && before.text !== text) throw new Error(`two types of the name ${name}`);
    if (!before) own.push(text);
    else if (before.file !== file) imported.add(name);
    known.set(name, before ?? { text, file });
  };
  const all = (documents) => Object.entries(documents).flatMap(([name, schema]) => [...Object.entries(schema.$defs ?? {}), [name, schema]]);
  const inputs = new Map(all(read)), outputs = all(written);
  const differs = ([name, schema]) => inputs.has(name) && typeOf(inputs.get(name), false, '') !== typeOf(schema, true, '');
  full = new Set(outputs.filter(differs).map(([name]) => name));
  inputs.forEach((schema, name) => add(name, schema, false));
  for (const [name, schema] of outputs) add(full.has(name) ? `Full${name}` : name, schema, true);
  const imports = imported.size ? [`import type { ${[...imported].join(', ')} } from './types.js';\n`] : [];
  writeFileSync(join(generated, `${file}.ts`), [...imports, ...own].join('\n'));
}

// ---- words that the component shares with the report

const WORDS = `language theme notice outOf likely notRatedWhy tNote coverage coverageNote validUntil exempt review pending pendingText pendingUnrated
  reasons change basis records waterfall waterfallUnrated waterfallUnratedNote baseline findings showAll hideZero findingOf measures proposal until
  because trigTier setAside setAsideHelp contest contest1 contest2 contest3 sectorsFor sectorsAgainst`.split(/\s+/);
const report = JSON.parse(readFileSync(join(root, '../../crates/uytin-cli/src/report/strings.json'), 'utf8'));
const words = Object.fromEntries(['en', 'vi'].map((lang) => [lang, Object.fromEntries(WORDS.map((key) => {
  if (!report[lang][key]) throw new Error(`the report has no words for ${key}`);
  return [key, report[lang][key]];
}))]));
writeFileSync(join(generated, 'report.ts'), `export const REPORT = ${JSON.stringify(words)};\n`);

// ---- modules

const common = {
  bundle: true, format: 'esm', target: 'es2022', minify: true, legalComments: 'none', charset: 'utf8', outdir: dist, metafile: true,
  mangleProps: /^_[a-z]|^__(wrap|destroy_into_raw|wbg_ptr)$/, absWorkingDir: root, logLevel: 'warning',
};
// The same modules around the other engine: `uytin/tools`, and the component in one file, which has all of it.
const instead = (name, changes) => ({ name, setup: (plugin) => {
  for (const [from, to] of Object.entries(changes)) plugin.onResolve({ filter: new RegExp(`^\\./${from}$`) }, () => ({ path: join(root, 'js', to) }));
} });
const around = instead('tools', { 'generated/engine\\.js': 'generated/tools.js' });
const css = { loader: { '.css': 'text' } }, small = { name: 'minify-css', setup: minifiedCss };
await build({ ...common, entryPoints: ['js/node.ts'], external: ['node:fs'] });
await build({ ...common, entryPoints: ['js/browser.ts', 'js/inline.ts'] });
await build({ ...common, entryPoints: ['js/tools.ts', 'js/tools-node.ts'], external: ['node:fs'], plugins: [around] });
await build({ ...common, entryPoints: ['js/worker.ts', 'js/tools-worker.ts'], plugins: [around] });
await build({ ...common, ...css, entryPoints: ['js/preview.ts'], external: ['./browser.js', './tools.js', './worker.js'], plugins: [small] });
const inline = instead('inline', { 'browser\\.js': 'tools-inline.ts', 'tools\\.js': 'tools-inline.ts' });
await build({ ...common, ...css, entryPoints: ['js/preview-inline.ts'], plugins: [small, inline, around] });
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root], { stdio: 'inherit' });

function minifiedCss(plugin) {
  plugin.onLoad({ filter: /\.css$/ }, async ({ path }) => {
    const { outputFiles } = await build({ entryPoints: [path], minify: true, write: false, logLevel: 'warning' });
    return { contents: outputFiles[0].text.trim(), loader: 'text' };
  });
}

// ---- budgets

const size = (name) => readFileSync(join(dist, name));
const budgets = [
  ['uytin.wasm', 'brotli', brotliCompressSync(size('uytin.wasm')).length, 102_400],
  ['browser.js', 'bytes', size('browser.js').length, 10_000],
  ['node.js', 'bytes', size('node.js').length, 10_000],
  ['preview.js', 'brotli', brotliCompressSync(size('preview.js')).length, 30_000],
  ['tools.wasm', 'brotli', brotliCompressSync(size('tools.wasm')).length, 245_760],
  ['tools.js', 'bytes', size('tools.js').length, 17_000],
  ['worker.js', 'bytes', size('worker.js').length, 3_000],
];

let over = false;
for (const [name, unit, found, most] of budgets) {
  console.log(`${name.padEnd(12)} ${String(found).padStart(7)} of ${most} ${unit}`);
  over ||= found > most;
}
if (over) {
  console.error('a size budget is exceeded');
  process.exitCode = 1;
}
