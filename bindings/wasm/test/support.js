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

export const browser = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(' '),
});

/** Where pictures of pages are kept. */
export const pictures = process.env.UYTIN_PICTURES ?? '/tmp/uytin-pictures';
mkdirSync(pictures, { recursive: true });

/** The middle of a list of numbers. */
export const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
