// The worker that reads a file of JSON Lines: the page stays free, and stopping it gives all memory back.
import { Ledger, UytinError } from './uytin/browser.js';

const MOST = 100_000;
const CHUNK = 1 << 18;
let ledger = new Ledger();

const read = async (file) => {
  let rest = new Uint8Array(), lines = 0, at = 0;
  for (;;) {
    const bytes = new Uint8Array(await file.slice(at, at + CHUNK).arrayBuffer()), last = at + CHUNK >= file.size;
    at += bytes.length;
    const end = last ? bytes.length : bytes.lastIndexOf(10) + 1;
    const whole = new Uint8Array(rest.length + end);
    whole.set(rest);
    whole.set(bytes.subarray(0, end), rest.length);
    if (end > 0) {
      add(whole, lines);
      for (const byte of whole) if (byte === 10) lines += 1;
      rest = bytes.slice(end);
    } else {
      // A line longer than a chunk: the engine refuses one that is too long, so no more than that is kept.
      rest = new Uint8Array([...rest, ...bytes]);
      if (rest.length > 2 << 20) add(rest, lines);
    }
    if (ledger.size > MOST) return postMessage({ kind: 'refused', words: 'tooMany', values: { most: MOST } });
    postMessage({ kind: 'progress', share: file.size ? at / file.size : 1, records: ledger.size });
    if (last) break;
  }
  const subjects = ledger.subjects;
  postMessage({ kind: 'read', name: file.name, records: ledger.size, subjects });
};

/** Adds whole lines; what is wrong is told with its line in the file. */
const add = (bytes, before) => {
  try {
    const more = new Ledger(bytes), old = ledger;
    ledger = old.merge(more);
    more.free();
    old.free();
  } catch (error) {
    if (!(error instanceof UytinError)) throw error;
    throw new UytinError(error.faults.map((fault) => ({ ...fault, path: fault.path.replace(/^line (\d+)/, (_, line) => `line ${Number(line) + before}`) })));
  }
};

onmessage = async ({ data }) => {
  try {
    if (data.file) await read(data.file);
    else postMessage({ kind: 'records', subject: data.subject, records: ledger.records(data.subject) });
  } catch (error) {
    if (error instanceof UytinError) postMessage({ kind: 'faults', faults: error.faults });
    else postMessage({ kind: 'failed', why: String(error?.message ?? error) });
  }
};

// The engine starts asynchronously: what is sent before this would be lost.
postMessage({ kind: 'ready' });
