// The packed tarball: checked, installed into projects of its own, and loaded there.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import * as tools from '../dist/tools-node.js';
import { browser, questions } from './support.js';

const root = join(import.meta.dirname, '..');
const line = '{"type":"observation","id":"1","subject":"s","source":"a","source_class":"auditor","criterion":"respect","date":"2026-01-01","passed":5,"failed":1}';
const creators = readFileSync(join(root, '../../examples/data/creators.jsonl'), 'utf8');
const SCORE = 62.2;
const run = (program, words, cwd) => execFileSync(program, words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_PATH: '' } });
const tool = (name) => join(root, 'node_modules/.bin', name);
const ask = (from) => `import { assess } from '${from}';\nconst { score } = assess(${JSON.stringify(line)}, { asOf: '2026-11-21' });\n`;
let work, tarball, installed, chromium;

before(async () => {
  work = mkdtempSync(join(tmpdir(), 'uytin-package-'));
  tarball = join(work, JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], root))[0].filename);
  // A project of its own, with nothing but the package.
  installed = join(work, 'project');
  mkdirSync(installed);
  writeFileSync(join(installed, 'package.json'), '{"name":"project","private":true,"type":"module"}');
  run('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball], installed);
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  if (work) rmSync(work, { recursive: true, force: true });
});

/** A page of a folder, and what its script sets as `globalThis.answer`. */
const answerOf = async (folder, page = 'index.html') => {
  const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm', '.css': 'text/css' };
  const server = createServer(async ({ url }, response) => {
    const path = url.split('?')[0];
    await readFile(join(folder, path === '/' ? page : path)).then((body) => response.writeHead(200, { 'content-type': types[extname(path)] ?? 'text/html' }).end(body), () => response.writeHead(404).end());
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const context = await chromium.newContext(), tab = await context.newPage(), wrong = [];
  tab.on('pageerror', (error) => wrong.push(String(error)));
  try {
    await tab.goto(`http://127.0.0.1:${server.address().port}/${page}`);
    await tab.waitForFunction(() => globalThis.answer !== undefined, undefined, { timeout: 20_000 }).catch(() => {});
    assert.deepEqual(wrong, []);
    return await tab.evaluate(() => globalThis.answer);
  } finally {
    await context.close();
    server.close();
    server.closeAllConnections();
  }
};

test('the tarball holds what it should and no more', () => {
  const files = run('tar', ['-tzf', tarball]).trim().split('\n').map((name) => name.replace('package/', ''));
  for (const name of ['package.json', 'README.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'dist/uytin.wasm', 'dist/node.js', 'dist/browser.js', 'dist/inline.js', 'dist/preview.js', 'dist/tools.js', 'dist/tools-node.js', 'dist/tools.wasm', 'dist/worker.js', 'dist/worker.d.ts', 'dist/tools-worker.js', 'dist/index.d.ts', 'dist/preview.d.ts']) assert.ok(files.includes(name), name);
  assert.ok(files.every((name) => /^(dist\/|package\.json$|README\.md$|LICENSE)/.test(name)), files.join(' '));
});

test('publint and are-the-types-wrong find nothing', () => {
  const lint = run(tool('publint'), ['run', tarball, '--strict'], root);
  assert.match(lint, /All good/);
  // The engine itself is a file without types. What is checked may be deleted, so it is a copy.
  const copy = join(work, 'copy.tgz');
  copyFileSync(tarball, copy);
  run(tool('attw'), [copy, '--profile', 'esm-only', '--exclude-entrypoints', './uytin.wasm'], root);
});

test('Node loads it from a project of its own, and its types hold', () => {
  writeFileSync(join(installed, 'main.js'), `${ask('uytin')}console.log(score);`);
  assert.equal(Number(run('node', ['main.js'], installed)), SCORE);
  writeFileSync(join(installed, 'inline.js'), `${ask('uytin/inline')}console.log(score);`);
  assert.equal(Number(run('node', ['inline.js'], installed)), SCORE);
  writeFileSync(join(installed, 'tools.js'), `import { path } from 'uytin/tools';\nconsole.log(path(${JSON.stringify(line)}, { asOf: '2026-11-21' }).paths.length > 0);`);
  assert.equal(run('node', ['tools.js'], installed).trim(), 'true');
  // The types of the tools' answers are those of the answers: a literal of each, which may have no field more or less.
  const TYPES = { calibrate: 'Calibration', fairness: 'FairnessReport', attacks: 'AttacksReport', intervalCoverage: 'IntervalCoverageReport' };
  const policy = new tools.Policy(), draft = policy.toJSON(), options = { asOf: '2026-11-21' };
  draft.validity_days += 1;
  draft.tiers.earned[0].sectors_at_least += 1;
  const other = new tools.Policy(draft);
  const subjects = tools.shortlist(creators, {}, options).shortlist.map(({ subject }) => subject);
  const answers = [
    ...questions().map(({ call: [name, ...words] }) => [TYPES[name], tools[name](...words)]),
    ...subjects.map((subject) => ['Paths', tools.path(creators, { ...options, subject, classes: ['auditor', 'press'] })]),
    ['Contest', tools.contest(line, { ...options, without: ['a/1'] })],
    ['Shortlist', tools.shortlist(creators, { title: 'a brief', tier_at_least: 'standard', no_findings: [{ within_days: 365 }] }, options)],
    ...tools.leftOut(creators, { tier_at_least: 'exemplary', coverage_at_least: 0.9 }, options).map((out) => ['LeftOut', out]),
    ['Impact', tools.impact(creators, policy, other, options)], ['Impact', tools.impact(creators, policy, other, { ...options, groups: { [subjects[0]]: 'north' } })], ['PolicyDiff', tools.policyDiff(policy, other)], ['PolicyLint', tools.policyLint(other)],
  ];
  writeFileSync(join(installed, 'answers.ts'), `import type { ${[...new Set(answers.map(([type]) => type))].join(', ')}, Brief } from 'uytin/tools';
import { toolsWorker, type ToolsWorker } from 'uytin/tools/worker';
export const brief: Brief = { lower_at_least: 50, no_findings: [{ within_days: 365 }] };
${answers.map(([type, answer], n) => `export const a${n}: ${type} = ${JSON.stringify(answer)};\n`).join('')}
export const f = async (worker: ToolsWorker = toolsWorker()): Promise<string[]> => (await worker.path('', { asOf: '2026-11-21' })).paths.map(({ tier }) => tier);\n`);
  // The component can be imported where there is no document, and does nothing.
  writeFileSync(join(installed, 'server.js'), `import { UytinPreview } from 'uytin/preview-inline';\nconsole.log(typeof UytinPreview);`);
  assert.equal(run('node', ['server.js'], installed).trim(), 'function');
  writeFileSync(join(installed, 'typed.ts'), `import { assess, type Assessment, UytinError } from 'uytin';\nimport type { PreviewChange } from 'uytin/preview';\nconst a: Assessment = assess('', { asOf: '2026-11-21', subject: 's' });\nconst n: number = a.score;\nconst t: string = a.reasons[0]!.text.vi;\n// @ts-expect-error: the day is needed\nassess('', {});\nexport const f = (e: UytinError, c: PreviewChange) => [e.code, e.faults[0].path, c.assessment.tier, n, t];\n`);
  run(tool('tsc'), ['--noEmit', '--strict', '--skipLibCheck', 'false', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable,esnext.disposable', 'typed.ts', 'answers.ts'], installed);
});

test('the examples of README.md run', async () => {
  const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```js\n([^]*?)```/g)].map(([, code]) => code);
  const block = (word) => blocks.find((code) => code.includes(word)) ?? assert.fail(`no example of ${word}`);
  const given = (from) => `import { Ledger } from '${from}';\nconst asOf = '2026-11-21', ledger = new Ledger(${JSON.stringify(creators)}), regions = Object.fromEntries(ledger.subjects.map((subject, n) => [subject, n % 2 ? 'north' : 'south']));\n`;
  const says = (code) => {
    writeFileSync(join(installed, 'readme.js'), code);
    return run('node', ['readme.js'], installed);
  };
  assert.match(says(block('score(ledger')), /^unrated \{ lower: [^]*tier: 'unrated'/);
  const said = says(`${given('uytin/tools')}${block('intervalCoverage')}`);
  for (const words of ['not official weights', 'sha256:', 'one-source-floods', "scenario: 'clustered'"]) assert.ok(said.includes(words), said);
  const dist = './node_modules/uytin/dist/', imports = { uytin: `${dist}browser.js`, 'uytin/tools/worker': `${dist}worker.js` };
  writeFileSync(join(installed, 'readme.html'), `<!doctype html><meta charset="utf-8"><script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">${given('uytin')}${block('toolsWorker')}globalThis.answer = [paths.length > 0, report.test_from];</script>`);
  assert.deepEqual(await answerOf(installed, 'readme.html'), [true, '2025-01-01']);
});

test('a plain page loads it by an import map, and shows the component', async () => {
  const html = `<!doctype html><meta charset="utf-8"><script type="importmap">{"imports":{"uytin":"./node_modules/uytin/dist/browser.js","uytin/preview":"./node_modules/uytin/dist/preview.js"}}</script>
<uytin-preview as-of="2026-11-21"><script type="application/x-ndjson">${line}</script></uytin-preview>
<script type="module">${ask('uytin')}import 'uytin/preview';\nglobalThis.answer = [score, document.querySelector('uytin-preview').assessment.score];</script>`;
  writeFileSync(join(installed, 'index.html'), html);
  assert.deepEqual(await answerOf(installed), [SCORE, SCORE]);
});

test('the component in one file is a widget of a notebook', async () => {
  // The model that a notebook hands over: what Python set is read, what a person does is written back.
  const html = `<!doctype html><meta charset="utf-8"><div id="cell"></div><script type="module">
import widget from './node_modules/uytin/dist/preview-inline.js';
const values = { records: ${JSON.stringify(line)}, as_of: '2026-11-21', lang: 'vi' }, listeners = {}, saved = [];
const model = { get: (name) => values[name], set: (name, value) => { values[name] = value; }, on: (name, act) => { listeners[name] = act; }, off: (name) => { delete listeners[name]; }, save_changes: () => saved.push(JSON.parse(values.assessment)) };
const el = document.getElementById('cell'), leave = widget.render({ model, el }), preview = el.querySelector('uytin-preview');
preview.shadowRoot.querySelector('[data-k^=withdraw]').click();
values.as_of = '2026-12-01';
listeners['change:as_of']();
preview.shadowRoot.querySelector('[data-k=path]').click();
for (let n = 0; n < 200 && !preview.shadowRoot.querySelector('[aria-labelledby=h-path] li'); n += 1) await new Promise((done) => setTimeout(done, 50));
const tiers = preview.shadowRoot.querySelectorAll('[aria-labelledby=h-path] li').length;
leave();
globalThis.answer = [saved[0].score, saved.length >= 3, saved.at(-1).as_of, preview.shadowRoot.querySelector('h3').lang || preview.shadowRoot.querySelector('.root').lang, tiers > 0, Object.keys(listeners).length];
</script>`;
  writeFileSync(join(installed, 'widget.html'), html);
  assert.deepEqual(await answerOf(installed, 'widget.html'), [SCORE, true, '2026-12-01', 'vi', true, 0]);
});

test('a web worker loads it', async () => {
  writeFileSync(join(installed, 'worker.js'), `${ask('./node_modules/uytin/dist/browser.js')}postMessage(score);`);
  writeFileSync(join(installed, 'work.html'), `<!doctype html><script type="module">new Worker('./worker.js', { type: 'module' }).onmessage = ({ data }) => { globalThis.answer = data; };</script>`);
  assert.equal(await answerOf(installed, 'work.html'), SCORE);
});

test('Vite builds it, component, worker and all', async () => {
  writeFileSync(join(installed, 'vite.html'), '<!doctype html><script type="module" src="/vite.js"></script>');
  writeFileSync(join(installed, 'vite.js'), `${ask('uytin')}import 'uytin/preview';\nglobalThis.answer = [score, typeof customElements.get('uytin-preview')];`);
  const { build } = await import('vite');
  await build({ root: installed, logLevel: 'error', configFile: false, build: { target: 'es2022', outDir: 'built', rollupOptions: { input: join(installed, 'vite.html') } } });
  assert.ok(readdirSync(join(installed, 'built/assets')).some((name) => name.endsWith('.wasm')), 'the engine is a file of its own');
  assert.ok(readFileSync(join(installed, 'built/vite.html'), 'utf8').includes('assets/'));
  assert.deepEqual(await answerOf(join(installed, 'built'), 'vite.html'), [SCORE, 'function']);
});
