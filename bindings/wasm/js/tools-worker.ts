// What runs in the worker of `uytin/tools/worker`. It listens before its engine is there, so nothing that is sent is lost.
import { Ledger, Policy, UytinError, assess, start } from './core.js';
import { fetched } from './fetched.js';
import { path } from './path.js';
import * as population from './population.js';
import * as program from './program.js';
import type { Answer, Question, ToolName, Word } from './worker.js';

const tools: { [name in ToolName]: (...words: never[]) => unknown } = { assess, path, ...program, ...population };
const ready = fetched(new URL('./tools.wasm', import.meta.url)).then(start);
const send = (answer: Answer): void => postMessage(answer);

onmessage = async ({ data: [number, name, words] }: MessageEvent<Question>) => {
  const made: (Ledger | Policy)[] = [];
  const keep = <T extends Ledger | Policy>(one: T): T => {
    made.push(one);
    return one;
  };
  const unpacked = ([kind, value]: Word): unknown => kind === 'ledger' ? keep(new Ledger(value)) : kind === 'policy' ? keep(new Policy(value))
    : kind === 'object' ? Object.fromEntries(value.map(([key, inner]) => [key, unpacked(inner)])) : value;
  try {
    await ready;
    send([number, tools[name](...(words.map(unpacked) as never[]))]);
  } catch (error) {
    send([number, undefined, error instanceof UytinError ? error.faults : String(error)]);
  } finally {
    made.forEach((one) => one.free());
  }
};
