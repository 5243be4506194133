// The package in Node: every vector and random ledgers give the bytes that the core gives; what is wrong is refused.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ledger, Policy, UytinError, assess, assessJson, mergeLedgers, receipt, score, verify } from '../dist/node.js';
import * as tools from '../dist/tools-node.js';
import { answersOf, native, policyFolder, policyTexts, questions, toldOf, vectors } from './support.js';

const policies = Object.fromEntries(Object.entries(policyTexts).map(([name, text]) => [name, new Policy(text)]));
const line = '{"type":"observation","id":"1","subject":"s","source":"a","source_class":"auditor","criterion":"respect","date":"2026-01-01","passed":5,"failed":1}';

const compare = (cases, answers) => {
  assert.equal(cases.length, answers.length);
  cases.forEach((text, n) => {
    const { policy, subject, as_of: asOf, previous_tier, records } = JSON.parse(text);
    const options = { subject, asOf, policy: policies[policy], previousTier: previous_tier ?? undefined };
    assert.equal(assessJson(records, options), answers[n]);
    const whole = assess(records, options);
    assert.equal(whole.score, JSON.parse(answers[n]).score);
    const quick = score(records, options);
    assert.deepEqual([quick.score, quick.lower, quick.upper, quick.tier], [whole.score, whole.interval.lower, whole.interval.upper, whole.tier]);
  });
};

test('all 300 vectors give the bytes of the core', () => {
  const cases = vectors();
  assert.equal(cases.length, 300);
  compare(cases, answersOf(cases));
});

test('ten thousand random ledgers give the bytes of the core', () => {
  const cases = native(['random', policyFolder, '10000', '2026']);
  assert.equal(cases.length, 10_000);
  compare(cases, answersOf(cases));
});

test('a ledger merges in any order, keeps its bytes and is freed', () => {
  const one = new Ledger([JSON.parse(line)]);
  const other = new Ledger(line.replace('"id":"1"', '"id":"2"'));
  assert.deepEqual(mergeLedgers(one, other).toBytes(), mergeLedgers(other, one, one).toBytes());
  assert.equal(one.toString().trim(), JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line)).sort())));
  one.free();
  assert.throws(() => one.toBytes(), TypeError);
});

test('a ledger of another entry is taken, a policy of another entry is refused', () => {
  const ledger = new Ledger(line), options = { asOf: '2026-11-21' };
  assert.equal(tools.assessJson(ledger, options), assessJson(ledger, options));
  assert.equal(tools.attacks({ ...options, bases: ledger, randomBases: 0 }).bases, 2);
  assert.throws(() => tools.assess(ledger, { ...options, policy: new Policy() }), { code: 'wrong-type', path: 'policy' });
});

test('a receipt verifies, and an altered one does not', () => {
  const ledger = new Ledger(line);
  const text = receipt(ledger, { asOf: '2026-11-21' });
  assert.equal(verify(text, ledger).verified, true);
  assert.equal(verify(text, new Ledger(line.replace('"failed":1', '"failed":2'))).verified, false);
});

test('what is wrong is refused with code, path, found and expected, and the engine stays usable', () => {
  const record = JSON.parse(line);
  const cyclic = { ...record };
  cyclic.self = cyclic;
  const bad = [
    [{ ...record, passed: -1 }, 'out-of-range', '.passed'],
    [{ ...record, passed: NaN }, 'out-of-range', '.passed'],
    [{ ...record, passed: 1n }, 'wrong-type', '.passed'],
    [{ ...record, date: '2026-02-30' }, 'not-a-date', '.date'],
    [{ ...record, followers: 9 }, 'unknown-field', '.followers'],
    [JSON.parse(line.replace('{', '{"__proto__":{"admin":true},')), 'unknown-field', '__proto__'],
    [cyclic, 'wrong-type', '.self'],
  ];
  for (const [value, code, path] of bad) {
    assert.throws(() => assess([value], { asOf: '2026-11-21' }), (error) => {
      assert.ok(error instanceof UytinError && error instanceof Error);
      assert.equal(error.code, code);
      assert.ok(error.path.includes(path) && error.expected && error.found, `${error.path} ${error.message}`);
      return true;
    });
    assert.equal(assess([record], { asOf: '2026-11-21' }).score, 62.2);
  }
  assert.throws(() => new Ledger(new Uint8Array([0xff, 0x0a])), { code: 'not-utf8' });
  assert.throws(() => new Policy('{"name": 1}'), (error) => error.faults.length > 10);
});

test('a hundred thousand calls leave the memory as it was', () => {
  const ledger = new Ledger(line);
  const run = () => {
    for (let n = 0; n < 50_000; n += 1) score(ledger, { asOf: '2026-11-21' });
    for (let n = 0; n < 500; n += 1) {
      try {
        new Ledger('{"id":').free();
      } catch {}
      new Ledger(line).free();
    }
  };
  // Without what merely waits to be collected.
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  const held = () => {
    run();
    gc();
    return process.memoryUsage().arrayBuffers;
  };
  const before = held();
  // Buffers are swept beside, which a busy machine puts off; what leaks grows with every look.
  let after = held();
  for (let look = 0; look < 20 && after > before + 65_536; look += 1) after = held();
  assert.ok(after <= before + 65_536);
});

test('the tools around the score answer, and refuse what is wrong', () => {
  const options = { asOf: '2026-11-21' }, policy = new tools.Policy(), { subject, source, id } = JSON.parse(line);
  const contest = tools.contest(line, { ...options, without: [`${source}/${id}`] });
  assert.equal(contest.before.score, tools.assess(line, options).score);
  assert.equal(contest.after.score, tools.assess('', { ...options, subject }).score);
  assert.throws(() => tools.contest(line, { ...options, without: ['a/b', 'c/d'] }), (error) => error.faults.length === 2);
  assert.match(tools.statement(line, { ...options, lang: 'vi', format: 'html', contestAt: '<i>' }), /lang="vi"[^]*&lt;i&gt;/);
  assert.throws(() => tools.statement(line, { ...options, contestBy: 'soon' }), { code: 'not-a-date', path: 'contestBy' });
  assert.throws(() => tools.statement(line, { ...options, format: 'pdf' }), { code: 'unknown-value', path: 'format' });
  const listed = tools.shortlist(line, { lower_at_least: 1 }, options);
  assert.deepEqual([listed.candidates, listed.shortlist[0].subject], [1, subject]);
  assert.throws(() => tools.shortlist(line, { followers: 1, limit: 0 }, options), (error) => error.faults.length === 2);
  assert.throws(() => tools.shortlist(line, {}, { asOf: 'soon' }), { code: 'not-a-date', path: 'asOf' });
  // Who had a tier keeps it more easily, and whoever is left out is told the first condition.
  const [out] = tools.leftOut(line, { tier_at_least: 'exemplary', lower_at_least: 99 }, { ...options, previous: { [subject]: 'trusted' } });
  assert.deepEqual([out.subject, out.condition, tools.leftOut(line, { lower_at_least: 1 }, options)], [subject, 'tier_at_least', []]);
  const stricter = policy.toJSON();
  stricter.findings.severities[0].weight = 0.05;
  const changed = new tools.Policy(stricter), [change] = tools.policyDiff(policy, changed).changes;
  assert.deepEqual([change.path, change.direction], ['$.findings.severities[0].weight', 'stricter']);
  assert.deepEqual([tools.impact(line, policy, changed, options).subjects, tools.policyDiff(policy, policy).changes], [1, []]);
  const grouped = tools.impact(line, policy, changed, { ...options, groups: { [subject]: 'north', nobody: 'south' }, previous: { [subject]: 'trusted' } });
  assert.deepEqual(grouped.groups.groups.map(({ group, subjects }) => [group, subjects]), [['north', 1]]);
  assert.ok(tools.policyLint(policy).warnings.every(({ code, path, remedy }) => code && path.startsWith('$') && remedy.vi));
});

test('the paths to higher tiers are those of the core', () => {
  const cases = vectors().filter((_, n) => n % 50 === 0), answers = native(['paths', policyFolder], `${cases.join('\n')}\n`);
  cases.forEach((text, n) => {
    const { policy, subject, as_of: asOf, previous_tier: previousTier, records } = JSON.parse(text);
    assert.equal(tools.pathJson(records, { subject, asOf, policy: new tools.Policy(policyTexts[policy]), previousTier }), answers[n]);
  });
  assert.throws(() => tools.path(line, { asOf: '2026-11-21', classes: ['no-such'] }), { code: 'unknown-name', path: '$.classes[0]' });
  assert.throws(() => tools.path(line, { asOf: '2026-11-21', classes: [1] }), { code: 'wrong-type' });
  assert.equal(tools.assess(line, { asOf: '2026-11-21' }).score, 62.2);
});

test('the tools over a population give the bytes of the core', () => {
  const asked = questions(), told = toldOf(asked);
  asked.forEach(({ call: [name, ...words] }, n) => assert.equal(JSON.stringify(tools[name](...words)), told[n], `${n}: ${name}`));
  const { report, fitted } = JSON.parse(told[0]);
  assert.equal(new tools.Policy(fitted).digest, report.fitted.digest);
  assert.equal(report.criteria.find(({ id }) => id === 'claim-accuracy').prior, 'fitted');
});

test('bad settings of them are told by the option, and the engine stays usable', () => {
  const asOf = '2026-11-21', member = { group: 'a', score: 50, coverage: 0.5, tier: 'standard' };
  const assessed = { ...tools.assess(line, { asOf }), group: 'a' };
  const bad = [
    [() => tools.calibrate([]), 'missing-field', 'trainTo'],
    [() => tools.calibrate([], { trainTo: 'soon', testFrom: 7, replicates: -1 }), 'not-a-date', 'trainTo', 3],
    [() => tools.calibrate([], { trainTo: asOf, testFrom: asOf }), 'out-of-range', 'testFrom'],
    [() => tools.calibrate([], { train_to: asOf }), 'unknown-field', 'train_to'],
    [() => tools.calibrate([{ type: 'rumour' }]), 'unknown-value', '$[0].type'],
    [() => tools.fairness([member, { ...member, tier: 'gold' }]), 'unknown-name', '$[1].tier'],
    [() => tools.fairness([{ ...member, group: null }, { ...member, coverage: 2 }]), 'out-of-range', '$[1].coverage'],
    [() => tools.fairness([{ ...member, score: null }]), 'out-of-range', '$[0].score'],
    [() => tools.fairness([{ ...member, score: '50' }]), 'wrong-type', '$[0].score'],
    [() => tools.fairness([{ ...member, group: 5 }]), 'wrong-type', '$[0].group'],
    [() => tools.fairness([{ ...member, group: '\ud800' }]), 'not-utf8', '$[0].group'],
    [() => tools.fairness([{ ...member, outcome: 1 }]), 'wrong-type', '$[0].outcome'],
    [() => tools.fairness([null]), 'wrong-type', '$[0]'],
    [() => tools.fairness([member], { least: 0 }), 'out-of-range', 'least'],
    [() => tools.fairness([member], { policy: 'icp-2026' }), 'wrong-type', 'policy'],
    [() => tools.attacks({}), 'wrong-type', 'asOf'],
    [() => tools.attacks({ asOf, randomBases: 1.5 }), 'out-of-range', 'randomBases'],
    [() => tools.attacks({ asOf, seed: 2 ** 60 }), 'out-of-range', 'seed'],
    [() => tools.attacks({ asOf, seed: NaN }), 'out-of-range', 'seed'],
    [() => tools.intervalCoverage({ criterion: 'fame' }), 'unknown-name', 'criterion'],
    [() => tools.intervalCoverage({ replicates: 0 }), 'out-of-range', 'replicates'],
    [() => tools.shortlist(line, {}, { asOf, limit: 1 }), 'unknown-field', 'limit'],
    [() => tools.leftOut(line, {}, { asOf, previous: { a: 7 } }), 'wrong-type', 'previous["a"]'],
    [() => tools.shortlist(line, {}, { asOf, previous: { a: '\ud800' } }), 'not-utf8', 'previous["a"]'],
    [() => tools.impact(line, new tools.Policy(), new tools.Policy(), { asOf, groups: ['a'] }), 'wrong-type', 'groups'],
    [() => tools.impact(line, undefined, new tools.Policy(), { asOf }), 'wrong-type', 'from'],
    [() => tools.path(line, { asOf, classes: ['\ud800'] }), 'not-utf8', 'classes[0]'],
  ];
  for (const [call, code, path, faults = 1] of bad) {
    assert.throws(call, (error) => {
      assert.ok(error instanceof tools.UytinError, `${call}: ${error}`);
      assert.deepEqual([error.code, error.path, error.faults.length], [code, path, faults], `${call}: ${error.message}`);
      return true;
    }, String(call));
    assert.equal(tools.fairness([assessed, { ...member, group: undefined }]).subjects, 1);
  }
});

test('figures', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'uytin-')), 'one.jsonl'), options = { asOf: '2026-11-21' };
  const text = readFileSync(new URL('../../../examples/data/creators.jsonl', import.meta.url), 'utf8').split('\n').filter((one) => one.includes('"creator-tea-01"')).join('\n');
  writeFileSync(path, text);
  const ledger = new Ledger(text), [there] = native(['time', path]);
  let least = Infinity;
  for (let round = 0; round < 200; round += 1) {
    const start = process.hrtime.bigint();
    for (let n = 0; n < 200; n += 1) score(ledger, options);
    least = Math.min(least, Number(process.hrtime.bigint() - start) / 200);
  }
  console.log(`score: ${least.toFixed(0)} ns in Node, ${Number(there).toFixed(0)} ns in the core: ${(least / there).toFixed(2)} times`);
});
