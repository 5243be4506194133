// The tools in a worker, so that long calls leave the page free. No engine is loaded here.
import { UytinError } from './error.js';
import type { Fault } from './error.js';
import type * as Tools from './tools.js';

export { UytinError };

const NAMES = ['assess', 'path', 'contest', 'statement', 'shortlist', 'leftOut', 'impact', 'policyDiff', 'policyLint', 'calibrate', 'fairness',
  'attacks', 'intervalCoverage'] as const;

/** The functions of `uytin/tools` that a worker runs. */
export type ToolName = (typeof NAMES)[number];

/** @internal An argument on its way to the worker: handles of an engine cannot be sent, so what they hold is. */
export type Word = ['plain', unknown] | ['ledger', Uint8Array] | ['policy', string] | ['object', [string, Word][]];
/** @internal */
export type Question = [number: number, name: ToolName, words: Word[]];
/** @internal The answer, or why there is none: faults of the input, else a text. */
export type Answer = [number: number, answer: unknown, why?: readonly [Fault, ...Fault[]] | string];

/** The tools around the score, each as in `uytin/tools`, but with a promise. */
export type ToolsWorker = {
  [Name in ToolName]: (...words: Parameters<(typeof Tools)[Name]>) => Promise<ReturnType<(typeof Tools)[Name]>>;
} & {
  /** Ends the worker; what it has not answered is rejected with the code `cancelled`. */
  terminate(): void;
};

const packed = (value: unknown): Word => {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || Array.isArray(value)) return ['plain', value];
  const { toBytes, toJSON } = value as { toBytes?: unknown; toJSON?: unknown };
  // By what they do: every entry of the package has classes of its own.
  if (typeof toBytes === 'function') return ['ledger', toBytes.call(value)];
  if (typeof toJSON === 'function' && 'digest' in value) return ['policy', String(value)];
  if (Symbol.iterator in value) return ['plain', [...(value as Iterable<unknown>)]];
  return ['object', Object.entries(value).map(([key, inner]) => [key, packed(inner)])];
};

/**
 * Starts a worker that runs the functions of `uytin/tools`. Ledgers and policies of any entry of the package can be given to them.
 *
 * @throws where the page may not start a worker.
 */
export const toolsWorker = (): ToolsWorker => {
  const worker = new Worker(new URL('./tools-worker.js', import.meta.url), { type: 'module' });
  const waiting = new Map<number, { resolve: (answer: never) => void; reject: (why: unknown) => void }>();
  let asked = 0, ended: unknown;
  const end = (why: unknown): void => {
    ended ??= why;
    worker.terminate();
    waiting.forEach(({ reject }) => reject(ended));
    waiting.clear();
  };
  worker.onmessage = ({ data: [number, answer, why] }: MessageEvent<Answer>) => {
    const asker = waiting.get(number);
    waiting.delete(number);
    if (why === undefined) asker?.resolve(answer as never);
    else asker?.reject(typeof why === 'string' ? new Error(why) : new UytinError(why));
  };
  worker.onerror = ({ message }) => end(new Error(message || 'the worker cannot be started'));
  const run = (name: ToolName, words: unknown[]): Promise<never> => new Promise((resolve, reject) => {
    if (ended) throw ended;
    worker.postMessage([asked, name, words.map(packed)] satisfies Question);
    waiting.set(asked++, { resolve, reject });
  });
  const calls = Object.fromEntries(NAMES.map((name) => [name, (...words: unknown[]) => run(name, words)]));
  const terminate = (): void => end(new UytinError([{ code: 'cancelled', path: '$', found: 'a worker that was terminated', expected: 'one that runs' }]));
  return Object.assign(calls, { terminate }) as unknown as ToolsWorker;
};
