// What the tests share: the core's own program, the vectors, Chromium.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const spec = new URL('../../../spec/vectors/', import.meta.url);
export const policyFolder = new URL('policies', spec).pathname;
export const policyTexts = Object.fromEntries(readdirSync(policyFolder).map((name) => [name.replace(/\.json$/, ''), readFileSync(join(policyFolder, name), 'utf8')]));
export const vectors = () => readFileSync(new URL('cases.jsonl', spec), 'utf8').trimEnd().split('\n');

/** What the core's own program prints, a line each. */
export const native = (words, input) => {
  const ran = spawnSync(process.env.UYTIN_NATIVE, words, { input, maxBuffer: 1 << 30, encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  return ran.stdout.trimEnd().split('\n');
};

/** What the core says of these cases. */
export const answersOf = (cases) => native(['assess', policyFolder], `${cases.join('\n')}\n`);

const data = (name) => readFileSync(new URL(`../../../examples/data/${name}`, import.meta.url), 'utf8').trimEnd().split('\n');

/**
 * Questions to the tools over a population: each as the core's own program reads it, and the same as a call of the package. What
 * either says nothing of has its default.
 */
export const questions = () => {
  const claims = data('claims.jsonl').slice(0, 4000).map((line) => JSON.parse(line)), creators = data('creators.jsonl').map((line) => JSON.parse(line));
  const members = Array.from({ length: 60 }, (_, n) => ({ group: n % 3 ? 'Bắc' : 'south', score: n === 7 ? null : 40 + ((n * 7) % 50), coverage: (n % 10) / 10,
    tier: n === 7 ? 'unrated' : n % 5 ? 'standard' : 'caution', ...(n % 4 ? { outcome: n % 8 < 5 } : {}) }));
  const days = { train_to: '2009-12-31', test_from: '2010-01-01' }, asOf = '2026-11-21', records = creators.slice(0, 40);
  return [
    { tool: 'calibrate', records: claims, settings: { ...days, replicates: 50, seed: 7 }, call: ['calibrate', claims, { trainTo: days.train_to, testFrom: days.test_from, replicates: 50, seed: 7 }] },
    { tool: 'calibrate', settings: days, call: ['calibrate', [], { trainTo: days.train_to, testFrom: days.test_from }] },
    { tool: 'fairness', members, settings: {}, call: ['fairness', members] },
    { tool: 'fairness', members, settings: { least: 30 }, call: ['fairness', members, { least: 30 }] },
    { tool: 'fairness', members: members.slice(0, 1), settings: {}, call: ['fairness', members.slice(0, 1)] },
    { tool: 'fairness', members: [], settings: {}, call: ['fairness', []] },
    { tool: 'attacks', as_of: asOf, settings: {}, call: ['attacks', { asOf }] },
    { tool: 'attacks', as_of: asOf, records, settings: { random_bases: 1, seed: 3 }, call: ['attacks', { asOf, bases: records, randomBases: 1, seed: 3 }] },
    { tool: 'interval-coverage', settings: { replicates: 100 }, call: ['intervalCoverage', { replicates: 100 }] },
    { tool: 'interval-coverage', settings: { criterion: 'respect', replicates: 20 }, call: ['intervalCoverage', { criterion: 'respect', replicates: 20 }] },
  ];
};

/** What the core says of these questions. */
export const toldOf = (asked) => native(['tools'], asked.map(({ call, ...question }) => JSON.stringify(question)).join('\n'));

export const browser = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(' '),
});

/** Where pictures of pages are kept. */
export const pictures = process.env.UYTIN_PICTURES ?? '/tmp/uytin-pictures';
mkdirSync(pictures, { recursive: true });

/** The middle of a list of numbers. */
export const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
