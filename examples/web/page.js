// The page: samples, files, links and the policy around <uytin-preview>.
import { Ledger, Policy, UytinError } from './uytin/browser.js';
import './uytin/preview.js';
import { LONGEST, LinkError, pack, unpack } from './link.js';
import { PolicyEditor } from './policy.js';
import { WORDS } from './words.js';

const LARGEST = 40_000_000;
const SAMPLE_DAY = '2026-11-21';
const $ = (id) => document.getElementById(id);
const preview = document.querySelector('uytin-preview');
let reader, subjects = [], recordsOf, reference = true;

const words = () => WORDS[document.documentElement.lang === 'vi' ? 'vi' : 'en'];
const number = (x) => new Intl.NumberFormat(document.documentElement.lang).format(x);
const fill = (key, values = {}) => words()[key].replace(/\{(\w+)\}/g, (_, name) => (typeof values[name] === 'number' ? number(values[name]) : values[name]));
const complain = (text) => {
  $('message').hidden = !text;
  $('message').textContent = text ?? '';
};
const say = (text) => {
  $('said').textContent = text ?? '';
};
const explain = (faults) => faults.slice(0, 5).map(({ path, found, expected }) => `${path}: ${found} \u2192 ${expected}`).join('\n');

const list = (names, chosen = names[0]) => {
  subjects = names;
  $('subject').replaceChildren(...names.slice(0, 5000).map((name) => new Option(name, name, name === chosen, name === chosen)));
};
const show = (subject, records, rest = {}) => preview.load({ ...rest, subject, records });

const samples = async () => {
  const response = await fetch('data/creators.jsonl');
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  const ledger = new Ledger(new Uint8Array(await response.arrayBuffer()));
  recordsOf = async (subject) => ledger.records(subject);
  list(ledger.subjects);
  show(ledger.subjects[0], ledger.records(ledger.subjects[0]), { asOf: SAMPLE_DAY });
};

// ---- files

const stop = () => {
  reader?.terminate();
  reader = undefined;
  $('progress').hidden = true;
};

const open = (file) => {
  complain();
  say();
  if (!file) return;
  if (file.size > LARGEST) return complain(fill('tooLarge', { found: `${number(file.size)} B`, most: `${number(LARGEST)} B` }));
  stop();
  const worker = new Worker('reader.js', { type: 'module' }), waiting = new Map();
  reader = worker;
  $('progress').hidden = false;
  $('bar').value = 0;
  const fail = (text) => {
    if (reader === worker) stop();
    complain(`${file.name}: ${text}`);
  };
  worker.onerror = (event) => fail(event.message || 'error');
  worker.onmessage = ({ data }) => {
    if (data.kind === 'ready') worker.postMessage({ file });
    else if (data.kind === 'progress') {
      $('bar').value = data.share;
      $('progress-text').textContent = fill('reading', { n: data.records, share: `${Math.round(data.share * 100)} %` });
    } else if (data.kind === 'faults') fail(explain(data.faults));
    else if (data.kind === 'refused') fail(fill(data.words, data.values));
    else if (data.kind === 'failed') fail(data.why);
    else if (data.kind === 'records') waiting.get(data.subject)?.(data.records);
    else if (data.subjects.length === 0) fail(fill('empty'));
    else {
      $('progress').hidden = true;
      recordsOf = (subject) => new Promise((resolve) => {
        waiting.set(subject, resolve);
        worker.postMessage({ subject });
      });
      list(data.subjects);
      say(fill('opened', { file: data.name, n: data.records, subjects: data.subjects.length }));
      recordsOf(data.subjects[0]).then((records) => show(data.subjects[0], records));
    }
  };
};

$('file').addEventListener('change', ({ target }) => {
  open(target.files[0]);
  target.value = '';
});
$('stop').addEventListener('click', () => {
  stop();
  say(fill('stopped'));
});
$('samples').addEventListener('click', () => {
  complain();
  say();
  stop();
  samples().catch((error) => complain(fill('unreadable', { why: error.message })));
});
$('subject').addEventListener('change', async ({ target }) => show(target.value, await recordsOf(target.value)));
let depth = 0;
addEventListener('dragenter', (event) => {
  if (![...(event.dataTransfer?.types ?? [])].includes('Files')) return;
  depth += 1;
  $('drop').hidden = false;
});
addEventListener('dragleave', () => {
  depth = Math.max(0, depth - 1);
  $('drop').hidden = depth === 0;
});
addEventListener('dragover', (event) => event.preventDefault());
addEventListener('drop', (event) => {
  event.preventDefault();
  depth = 0;
  $('drop').hidden = true;
  open(event.dataTransfer.files[0]);
});

// ---- policy

const editor = new PolicyEditor($('editor'), words, (policy) => {
  reference = policy.digest === new Policy().digest;
  preview.load({ policy, records: preview.records, asOf: preview.asOf || undefined, subject: preview.subject });
});

// ---- links

$('share').addEventListener('click', async () => {
  complain();
  const state = { records: preview.records.map((record) => JSON.stringify(record)).join('\n'), asOf: preview.asOf, subject: preview.subject, lang: document.documentElement.lang, policy: reference ? undefined : preview.policy.toJSON() };
  const fragment = await pack(state);
  if (fragment.length > LONGEST) return complain(fill('linkTooLong', { found: fragment.length, most: LONGEST }));
  history.replaceState(null, '', fragment);
  try {
    await navigator.clipboard.writeText(location.href);
    say(fill('copied'));
  } catch {
    say(fill('shown'));
  }
});

const follow = async () => {
  complain();
  try {
    const state = await unpack(location.hash);
    if (!state) return samples();
    // Refuses what the engine refuses before anything of it is shown.
    const policy = new Policy(state.policy), ledger = new Ledger(state.records ?? '');
    if (['en', 'vi'].includes(state.lang)) preview.setAttribute('lang', state.lang);
    list(ledger.subjects.length ? ledger.subjects : [state.subject], state.subject);
    recordsOf = async (subject) => ledger.records(subject);
    reference = !state.policy;
    if (state.policy) editor.show(policy.toJSON());
    show(state.subject, ledger.records(state.subject), { asOf: state.asOf, policy });
  } catch (error) {
    const why = error instanceof LinkError ? words()[error.message] : error instanceof UytinError ? explain(error.faults) : undefined;
    if (!why) throw error;
    await samples();
    complain(fill('linkFault', { why }));
  }
};

// ---- language and colours follow the component

const translate = () => {
  for (const element of document.querySelectorAll('[data-t]')) element.textContent = words()[element.dataset.t];
};
new MutationObserver(() => {
  document.documentElement.lang = preview.getAttribute('lang') ?? 'en';
  const theme = preview.getAttribute('theme');
  if (theme) document.documentElement.dataset.theme = theme;
  translate();
  editor.draw();
  editor.mark(editor.faults);
}).observe(preview, { attributeFilter: ['lang', 'theme'] });
addEventListener('hashchange', follow);
if (navigator.language.startsWith('vi')) preview.setAttribute('lang', 'vi');
await follow();
