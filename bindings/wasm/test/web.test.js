// The package and the page of examples/web in Chromium, driven as a person would drive them.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { serve } from '../../../examples/web/serve.js';
import { answersOf, browser, median, native, pictures, policyFolder, policyTexts, questions, toldOf, vectors } from './support.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const line = '{"type":"observation","id":"1","subject":"s","source":"a","source_class":"auditor","criterion":"respect","date":"2026-01-01","passed":5,"failed":1}';
let chromium, server;
before(async () => {
  [chromium, server] = await Promise.all([browser(), serve()]);
});
after(async () => {
  await chromium?.close();
  server?.close();
});

/** Opens the page; whatever it throws, logs as an error or asks of another host fails the test. */
const open = async (options = {}, fragment = '') => {
  const context = await chromium.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage(), wrong = [];
  page.setDefaultTimeout(15_000);
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  page.on('dialog', (dialog) => {
    wrong.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', (request) => !request.url().startsWith(server.url) && !request.url().startsWith('data:') && wrong.push(`asked ${request.url()}`));
  await page.goto(server.url + fragment);
  await page.waitForFunction(() => document.querySelector('uytin-preview')?.subject);
  const state = () => page.evaluate(() => {
    const preview = document.querySelector('uytin-preview');
    return { ...preview.assessment, asOf: preview.asOf, subject: preview.subject, size: preview.records.length };
  });
  const choose = (subject) => page.getByLabel(/Creator|Nhà sáng tạo/).first().selectOption(subject).then(() => page.waitForFunction((it) => document.querySelector('uytin-preview').subject === it, subject));
  const done = async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  };
  const file = async (name, content) => page.locator('#file').setInputFiles(typeof content === 'string' && content.startsWith('/') ? content : { name, mimeType: 'text/plain', buffer: Buffer.from(content) });
  return { page, context, state, choose, done, file, wrong };
};

test('vectors and ten thousand random ledgers give the bytes of the core in Chromium', async () => {
  const cases = [...vectors(), ...native(['random', policyFolder, '10000', '2026'])], answers = answersOf(cases);
  assert.equal(cases.length, 10_300);
  const { page, done } = await open();
  await page.evaluate(async (policies) => {
    const { Policy, assessJson } = await import('/uytin/browser.js');
    const read = Object.fromEntries(Object.entries(policies).map(([name, text]) => [name, new Policy(text)]));
    globalThis.differing = (pairs) => pairs.flatMap(([text, answer]) => {
      const { policy, subject, as_of: asOf, previous_tier: previousTier, records } = JSON.parse(text);
      const found = assessJson(records, { subject, asOf, policy: read[policy], previousTier });
      return found === answer ? [] : [[text, found, answer]];
    });
  }, policyTexts);
  for (let at = 0; at < cases.length; at += 1000) {
    const pairs = cases.slice(at, at + 1000).map((text, n) => [text, answers[at + n]]);
    assert.deepEqual(await page.evaluate((pairs) => globalThis.differing(pairs), pairs), []);
  }
  await done();
});

test('the tools over a population give the bytes of the core in Chromium, in the page and in a worker', async () => {
  const asked = questions(), told = toldOf(asked), { page, done } = await open();
  const found = await page.evaluate(async (calls) => {
    const tools = await import('/uytin/tools.js'), { toolsWorker } = await import('/uytin/worker.js'), worker = toolsWorker();
    const here = calls.map(([name, ...words]) => JSON.stringify(tools[name](...words)));
    // All at once: each gets its own answer.
    const there = await Promise.all(calls.map(([name, ...words]) => worker[name](...words)));
    worker.terminate();
    return [here, there.map((answer) => JSON.stringify(answer))];
  }, asked.map(({ call }) => call));
  assert.deepEqual(found, [told, told]);
  await done();
});

test('a worker takes ledgers and policies, leaves the page free, refuses what is wrong, and ends when it is told to', async () => {
  const { page, done } = await open();
  const found = await page.evaluate(async (line) => {
    const { Ledger, Policy, assess } = await import('/uytin/browser.js'), tools = await import('/uytin/tools.js');
    const { UytinError, toolsWorker } = await import('/uytin/worker.js'), worker = toolsWorker();
    const ledger = new Ledger(line), document = new Policy().toJSON(), options = { asOf: '2026-11-21' };
    document.name = 'another';
    const policy = new Policy(document);
    const same = async (name, ...words) => JSON.stringify(await worker[name](ledger, ...words)) === JSON.stringify(tools[name](line, ...words));
    const equal = [await same('path', options), await same('assess', options), await same('contest', { ...options, without: ['a/1'] })];
    const named = (await worker.path(ledger, { ...options, policy })).policy.name, listed = await worker.shortlist(new Set([JSON.parse(line)]), {}, { ...options, policy });
    const refused = await worker.path(ledger, { ...options, classes: ['no-such'] }).catch((error) => [error instanceof UytinError, error.code, error.path]);
    const wrong = await worker.path(ledger, { asOf: 'soon' }).catch((error) => [error.code, error.path]);
    // While it works, the page goes on: no gap between two timers is as long as the work.
    const gaps = [];
    let before = performance.now(), at = true;
    const tick = () => {
      gaps.push(performance.now() - before);
      before = performance.now();
      if (at) setTimeout(tick);
    };
    tick();
    const start = performance.now();
    await worker.intervalCoverage({ replicates: 1000 });
    const took = performance.now() - start;
    at = false;
    const pending = worker.intervalCoverage({ replicates: 1_000_000 }).catch((error) => error.code);
    worker.terminate();
    const after = worker.path(ledger, options).catch((error) => error.code);
    return { equal, named, listed: listed.policy, refused, wrong, free: Math.max(...gaps) < took / 2, took, codes: [await pending, await after], score: assess(ledger, options).score };
  }, line);
  const { listed, took, ...rest } = found;
  assert.equal(listed.name ?? listed, 'another');
  assert.deepEqual(rest, { equal: [true, true, true], named: 'another', refused: [true, 'unknown-name', '$.classes[0]'], wrong: ['not-a-date', 'asOf'], free: true, codes: ['cancelled', 'cancelled'], score: 62.2 }, `${took} ms`);
  await done();
});

test('a person edits evidence, sees what changes, and takes it back', async () => {
  const { page, state, choose, done } = await open();
  await choose('creator-beauty-03');
  const start = await state();
  assert.ok(start.tier !== 'unrated');

  await page.getByRole('button', { name: /^Overturn: QD-118/ }).click();
  const overturned = await state();
  assert.ok(overturned.score > start.score);
  const change = (overturned.score - start.score).toFixed(1);
  await page.locator('.hero .delta', { hasText: `+${change}` }).waitFor();
  assert.ok(await page.locator('section[aria-labelledby=h-diff]').getByText('QD-118').isVisible());

  await page.getByRole('button', { name: /^Contest: strike-77/ }).click();
  assert.ok((await state()).score > start.score);
  await page.getByRole('button', { name: /^Withdraw: QD-118/ }).click();
  assert.ok((await page.locator('.row', { hasText: 'QD-118' }).textContent()).includes('withdrawn'));
  await page.getByRole('button', { name: /^Restore: QD-118/ }).click();

  await page.getByRole('button', { name: 'Add evidence' }).click();
  await page.getByLabel(/^Criterion/).selectOption({ index: 3 });
  await page.getByLabel('Kind of source').selectOption('auditor');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  assert.equal(await page.getByLabel('Checks that held').getAttribute('aria-invalid'), 'true');
  await page.getByLabel('Checks that held').fill('80');
  await page.getByLabel('Checks that did not').fill('1');
  const before = await state();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const added = await state();
  assert.equal(added.size, before.size + 1);
  assert.ok(added.score > before.score);
  await page.screenshot({ path: join(pictures, 'edited.png'), fullPage: true });

  while (await page.getByRole('button', { name: 'Undo' }).isEnabled()) await page.getByRole('button', { name: 'Undo' }).click();
  assert.deepEqual(await state(), start);
  await page.getByRole('button', { name: 'Redo' }).click();
  assert.equal((await state()).score, overturned.score);
  await page.getByRole('button', { name: 'Back to the start' }).click();
  assert.deepEqual(await state(), start);
  await done();
});

test('what reaches a higher tier is searched for when it is asked for, in a worker', async () => {
  const { page, choose, done } = await open(), workers = [];
  page.on('worker', (worker) => workers.push(worker.url()));
  await choose('creator-tea-01');
  await page.getByRole('button', { name: 'Search' }).click();
  const found = page.locator('section[aria-labelledby=h-path] li');
  await found.first().waitFor();
  assert.match(await found.first().textContent(), /^Exemplary.*\d/);
  assert.deepEqual(workers.map((url) => url.split('/').pop()), ['tools-worker.js']);
  await page.screenshot({ path: join(pictures, 'path.png'), fullPage: true });
  await page.getByRole('button', { name: /^Withdraw/ }).first().click();
  // A search that an edit overtakes is given up: this one would never end, since it gets no engine.
  await page.route('**/tools.wasm', () => {});
  const started = page.waitForEvent('worker');
  await page.getByRole('button', { name: 'Search' }).click();
  await started;
  await page.getByRole('button', { name: /^Restore/ }).first().click();
  await page.getByRole('button', { name: 'Search' }).waitFor();
  await page.waitForFunction(() => !document.querySelector('uytin-preview').shadowRoot.querySelector('.fault'));
  for (const end = Date.now() + 5000; page.workers().length && Date.now() < end;) await page.waitForTimeout(20);
  assert.equal(page.workers().length, 0);
  await done();
});

test('where no worker may start, what reaches a higher tier is searched for in the page', async () => {
  for (const refuse of ['() => { throw new DOMException("refused", "SecurityError"); }', 'class extends EventTarget { constructor() { super(); setTimeout(() => this.onerror({})); } postMessage() {} terminate() {} }']) {
    const { page, choose, done } = await open();
    await page.evaluate((refuse) => { globalThis.Worker = new Function(`return function (...words) { return new (${refuse})(...words); }`)(); }, refuse.startsWith('()') ? `class { constructor() { (${refuse})(); } }` : refuse);
    await choose('creator-tea-01');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.locator('section[aria-labelledby=h-path] li').first().waitFor();
    await done();
  }
});

test('dragging the slider moves the day in one step', async () => {
  const { page, state, choose, done } = await open();
  await choose('creator-beauty-03');
  const start = await state(), box = await page.getByRole('slider').boundingBox();
  const y = box.y + box.height / 2, x = (share) => box.x + box.width * share;
  await page.mouse.move(x(0.25), y);
  await page.mouse.down();
  for (let n = 1; n <= 12; n += 1) await page.mouse.move(x(0.25 + n * 0.05), y);
  await page.mouse.up();
  await page.waitForFunction((day) => document.querySelector('uytin-preview').asOf > day, start.asOf);
  const moved = await state();
  assert.ok(moved.asOf > '2028' && moved.coverage < start.coverage);
  await page.getByRole('button', { name: 'Undo' }).click();
  assert.deepEqual(await state(), start);
  await page.getByLabel('Day of assessment', { exact: true }).last().fill('2027-03-15');
  await page.getByLabel('Day of assessment', { exact: true }).last().blur();
  assert.equal((await state()).asOf, '2027-03-15');
  await done();
});

test('everything can be done by keyboard', async () => {
  const { page, state, choose, done } = await open();
  await choose('creator-beauty-03');
  const start = await state();
  await page.keyboard.press('Tab');
  const focus = async (wanted) => {
    for (let n = 0; n < 150; n += 1) {
      const name = await page.evaluate(() => {
        const shadow = document.activeElement.shadowRoot?.activeElement ?? document.activeElement;
        const { top, bottom } = shadow.getBoundingClientRect(), bar = document.querySelector('uytin-preview').shadowRoot.querySelector('.bar').getBoundingClientRect();
        const hidden = !shadow.closest('.bar') && document.activeElement.shadowRoot && top >= 0 && bottom > 0 && bottom <= bar.bottom && bar.top <= 0;
        return `${hidden ? 'HIDDEN ' : ''}${shadow.dataset.k ?? shadow.id}`;
      });
      assert.ok(!name.startsWith('HIDDEN'), name);
      if (wanted.test(name)) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`no way to ${wanted}`);
  };
  await focus(/^slide$/);
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction((day) => document.querySelector('uytin-preview').asOf > day, start.asOf);
  await focus(/^overturn .*QD-118/);
  await page.keyboard.press('Enter');
  assert.ok((await state()).score > start.score);
  await page.keyboard.press('Shift+Tab');
  await focus(/^edit .*QD-118/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Edit record QD-118' }).waitFor();
  await focus(/^cancel$/);
  await page.keyboard.press('Space');
  await focus(/^edit .*QD-118/);
  await done();
});

test('axe finds nothing, in both languages, light and dark, and pictures are kept', async () => {
  for (const locale of ['en-GB', 'vi-VN']) {
    for (const colorScheme of ['light', 'dark']) {
      for (const [width, subject] of [[1280, 'creator-beauty-03'], [360, 'creator-tea-01']]) {
        const { page, choose, done } = await open({ locale, colorScheme, viewport: { width, height: 800 }, bypassCSP: true });
        await choose(subject);
        if (width > 400) {
          await page.locator('[data-k=add]').click();
          await page.locator('[data-k=save]').click();
          await page.locator('#policy > summary').click();
          await page.locator('#editor details summary').first().click();
        }
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `wider than ${width}`);
        await page.evaluate(axe);
        const found = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
        const faults = found.violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target} ${failureSummary}`));
        assert.deepEqual(faults, [], `${locale} ${colorScheme} ${width}`);
        await page.screenshot({ path: join(pictures, `${locale.slice(0, 2)}-${colorScheme}-${width}.png`), fullPage: true });
        await done();
      }
    }
  }
});

test('language and colours are switched in place', async () => {
  const { page, done } = await open({ colorScheme: 'light' });
  await page.getByRole('button', { name: 'Tiếng Việt' }).click();
  await page.getByRole('heading', { name: 'Bằng chứng', exact: true }).waitFor();
  assert.equal(await page.locator('h1').textContent(), 'Điểm sẽ là bao nhiêu, và vì sao?');
  const colour = () => page.evaluate(() => getComputedStyle(document.querySelector('uytin-preview')).backgroundColor);
  const light = await colour();
  await page.locator('[data-k=theme]').click();
  assert.notEqual(await colour(), light);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).colorScheme), 'dark');
  await done();
});

test('a file of many records is read beside the page, with progress', async () => {
  const { page, file, state, done } = await open();
  const subjects = 500, path = join(tmpdir(), `uytin-${process.pid}.jsonl`);
  writeFileSync(path, Array.from({ length: 100_000 }, (_, n) => line.replace('"id":"1"', `"id":"${n}"`).replace('"s"', `"creator-${n % subjects}"`)).join('\n'));
  await file('', path);
  await page.locator('#progress').waitFor();
  await page.getByText('100,000 records of 500 creators').waitFor({ timeout: 120_000 });
  await page.waitForFunction(() => document.querySelector('uytin-preview').subject === 'creator-0');
  assert.equal((await state()).size, 200);
  // A drop does the same as the button.
  await page.evaluate((text) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], 'dropped.jsonl'));
    for (const kind of ['dragenter', 'dragover', 'drop']) dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
  }, line);
  await page.getByText('dropped.jsonl: 1 records of 1 creators').waitFor();
  await page.waitForFunction(() => document.querySelector('uytin-preview').subject === 's');
  await done();
});

test('bad files are refused with a message, and what was shown stays', async () => {
  const { page, file, state, done } = await open();
  const start = await state();
  const bad = [
    ['line 2', `${line}\n{"type": "observation"}`], ['$.passed', line.replace('"passed":5', '"passed":"5"')], ['UTF-8', Buffer.from([0x7b, 0xff, 0x0a])],
    ['__proto__', line.replace('{', '{"__proto__":{"admin":true},')], ['$.a:', '{"a":'.repeat(100_000)], ['no records', '\n\n'], ['2026-02-30', line.replace('2026-01-01', '2026-02-30')],
    ['at most', `{"type":"${'x'.repeat(3_000_000)}"}`],
  ];
  for (const [words, content] of bad) {
    await page.evaluate(() => { document.getElementById('message').textContent = ''; });
    await file('bad.jsonl', content);
    await page.waitForFunction((words) => document.getElementById('message').textContent.includes(words), words).catch(async () => assert.fail(`${words}: ${await page.locator('#message').textContent()}`));
    assert.deepEqual(await state(), start);
    assert.equal(await page.evaluate(() => ({}).admin), undefined);
  }
  const path = join(tmpdir(), `uytin-large-${process.pid}.jsonl`);
  writeFileSync(path, Buffer.alloc(50_000_000, 97));
  await file('', path);
  await page.getByText('at most 40,000,000 B').waitFor();
  assert.deepEqual(await state(), start);
  await page.locator('[data-k=undo]').waitFor();
  await done();
});

test('script in ids and titles is shown as text', async () => {
  const evil = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  const { page, file, state, done } = await open();
  const own = JSON.parse(line), finding = { ...own, type: 'finding', id: `f${evil}`, source_class: 'regulator', severity: 'minor', status: 'upheld', incident: evil };
  delete finding.passed;
  delete finding.failed;
  await file('evil.jsonl', [{ ...own, id: evil, source: evil }, finding].map((one) => JSON.stringify({ ...one, subject: evil })).join('\n'));
  await page.waitForFunction((subject) => document.querySelector('uytin-preview').subject === subject, evil);
  assert.equal((await state()).size, 2);
  assert.ok((await page.locator('uytin-preview h2').textContent()).endsWith(evil));
  await page.evaluate(async (evil) => {
    const { Policy } = await import('/uytin/browser.js');
    const policy = new Policy().toJSON();
    policy.title.en = policy.notice.en = policy.pillars[0].criteria[0].title.en = evil;
    document.querySelector('uytin-preview').load({ policy });
  }, evil);
  await page.locator('[data-k="lang-vi"]').click();
  assert.equal(await page.evaluate(() => document.querySelector('uytin-preview').shadowRoot.querySelectorAll('img, script').length + document.querySelectorAll('body img[src=x], body script').length), 0);
  await done();
});

test('the policy editor says at its place what is wrong, and uses what is valid', async () => {
  const { page, state, choose, done } = await open();
  await choose('creator-tea-01');
  const start = await state();
  await page.locator('#policy > summary').click();
  const label = page.locator('[data-path="$.prior"] > summary, [data-path="$.tiers"] > summary').first();
  await label.click();
  const input = page.locator('#editor .leaf[data-path="$.tiers.rated_coverage"] input');
  await input.fill('7');
  await page.locator('.leaf[data-path="$.tiers.rated_coverage"] .fault').waitFor();
  assert.equal(await input.getAttribute('aria-invalid'), 'true');
  assert.deepEqual(await state(), start);
  await page.screenshot({ path: join(pictures, 'policy.png'), fullPage: true });
  await input.fill('0.9');
  await page.waitForFunction(() => document.querySelector('uytin-preview').assessment.tier === 'unrated' || document.querySelector('uytin-preview').assessment.coverage >= 0.9);
  await page.getByRole('button', { name: 'JSON' }).click();
  await page.locator('textarea').fill('{"name": 1');
  await page.locator('#editor .faults').waitFor();
  await page.getByRole('button', { name: 'Reference policy' }).click();
  await page.waitForFunction((tier) => document.querySelector('uytin-preview').assessment.tier === tier, start.tier);
  await done();
});

test('a link carries the whole state, and a damaged one says so', async () => {
  const first = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
  await first.choose('creator-beauty-03');
  await first.page.getByRole('button', { name: /^Overturn: QD-118/ }).click();
  await first.page.getByRole('button', { name: 'Tiếng Việt' }).click();
  await first.page.locator('#share').click();
  await first.page.waitForFunction(() => location.hash.startsWith('#s='));
  const hash = await first.page.evaluate(() => location.hash), shared = await first.state();
  await first.done();

  const second = await open({}, hash);
  await second.page.waitForFunction((subject) => document.querySelector('uytin-preview').subject === subject, shared.subject);
  assert.deepEqual(await second.state(), shared);
  assert.equal(await second.page.evaluate(() => document.documentElement.lang), 'vi');
  await second.done();

  const packed = (value) => `#s=${deflateRawSync(value).toString('base64url')}`;
  const evil = JSON.stringify({ v: 1, subject: 's', records: line.replace('{', '{"__proto__":{"admin":true},') });
  const mangled = [hash.slice(0, -40), `${hash.slice(0, 60)}AAAA${hash.slice(64)}`, '#s=%%%', '#s=', packed('{"v":2}'), packed('null'), packed('{"v":1,"records":[1]}'), packed(evil), packed(`{"v":1,"records":"${' '.repeat(30_000_000)}"}`), packed('{"v":1,"policy":{"name":"x"},"records":""}')];
  for (const fragment of mangled) {
    const { page, state, done } = await open({}, fragment);
    await page.getByText('The sample creators are shown instead.').waitFor();
    assert.ok((await state()).size > 1, fragment.slice(0, 40));
    await done();
  }
});

test('read-only shows and edits nothing; changes fire events; unrated subjects show no score as a headline', async () => {
  const { page, done } = await open();
  const events = await page.evaluate(async (line) => {
    const preview = document.querySelector('uytin-preview'), seen = [];
    document.addEventListener('uytin-change', ({ detail }) => seen.push([detail.cause, detail.assessment.subject, detail.before.tier]));
    preview.load({ records: line, subject: 's', asOf: '2026-11-21' });
    preview.shadowRoot.querySelector('[data-k^=withdraw]').click();
    preview.undo();
    return seen;
  }, line);
  assert.deepEqual(events, [['load', 's', 'unrated'], ['edit', 's', 'unrated'], ['undo', 's', 'unrated']]);
  assert.equal(await page.locator('.hero .big').textContent(), 'Not rated');
  assert.ok(!(await page.locator('uytin-preview .bar').textContent()).includes('62.2'));
  await page.evaluate(() => { document.querySelector('uytin-preview').readOnly = true; });
  assert.deepEqual(await page.evaluate(() => [...document.querySelector('uytin-preview').shadowRoot.querySelectorAll('button, input, select')].map((one) => one.dataset.k)), ['lang-en', 'lang-vi', 'theme', 'zero', 'path']);
  await done();
});

test('a million calls leave the memory as it was', async () => {
  const { page, done } = await open();
  const sizes = await page.evaluate(async (line) => {
    // A second engine, whose memory can be seen.
    const { Instance } = WebAssembly;
    let memory;
    WebAssembly.Instance = new Proxy(Instance, { construct(target, words) {
      const made = new target(...words);
      memory = made.exports.memory;
      return made;
    } });
    const { Ledger, score, assess } = await import('/uytin/browser.js?again');
    WebAssembly.Instance = Instance;
    const ledger = new Ledger(line), options = { asOf: '2026-11-21' }, sizes = [];
    for (let round = 0; round < 10; round += 1) {
      for (let n = 0; n < 98_000; n += 1) score(ledger, options);
      for (let n = 0; n < 1000; n += 1) {
        assess(ledger, options);
        new Ledger(line).free();
        try { new Ledger('{"id":'); } catch {}
      }
      sizes.push(memory.buffer.byteLength);
    }
    return sizes;
  }, line);
  assert.equal(sizes.at(-1), sizes[0], `${sizes}`);
  assert.ok(sizes[0] < 8_000_000, `${sizes}`);
  await done();
});

test('figures', async () => {
  const loads = [];
  for (let n = 0; n < 7; n += 1) {
    const context = await chromium.newContext(), page = await context.newPage();
    await page.addInitScript(() => addEventListener('uytin-change', () => { globalThis.first ??= performance.now(); }));
    await page.goto(server.url);
    await page.waitForFunction(() => document.querySelector('uytin-preview')?.subject);
    loads.push(await page.evaluate(() => globalThis.first - performance.getEntriesByType('navigation')[0].loadEventEnd));
    await context.close();
  }
  console.log(`first score after the load event: ${median(loads).toFixed(0)} ms (median of ${loads.length})`);
  const { page, done } = await open();
  const times = await page.evaluate(async () => {
    const preview = document.querySelector('uytin-preview'), policy = preview.policy.toJSON();
    const criteria = policy.pillars.flatMap((pillar) => pillar.criteria.map(({ id }) => id)), classes = Object.keys(policy.sources);
    const day = (n) => new Date(Date.UTC(2026, 10, 20) - n * 86_400_000).toISOString().slice(0, 10);
    const records = Array.from({ length: 1000 }, (_, n) => ({ type: 'observation', id: `r${n}`, subject: 's', source: `source-${n % 17}`, source_class: classes[n % classes.length], criterion: criteria[n % criteria.length], date: day(n % 300), passed: n % 31, failed: n % 5 }));
    preview.load({ records, asOf: '2026-11-21', subject: 's' });
    const find = () => preview.shadowRoot.querySelector('[data-k^=withdraw], [data-k^=restore]'), work = [], painted = [];
    const frame = () => new Promise(requestAnimationFrame);
    for (let n = 0; n < 60; n += 1) {
      // Somewhere within a frame, as a person's click is.
      await frame();
      await new Promise((resolve) => { setTimeout(resolve, (n * 7) % 16); });
      const start = performance.now();
      find().click();
      preview.getBoundingClientRect();
      work.push(performance.now() - start);
      await frame();
      await new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = resolve;
        port2.postMessage(0);
      });
      painted.push(performance.now() - start);
    }
    return { work, painted };
  });
  console.log(`an edit of 1,000 records: re-scored and laid out in ${median(times.work).toFixed(1)} ms, painted after ${median(times.painted).toFixed(1)} ms (medians of 60)`);
  await done();
});
