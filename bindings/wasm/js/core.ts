// Documents cross to the engine as JSON text, which it checks; nothing of the model is decided here.
import { RawLedger, RawPolicy, catalogue as rawCatalogue, day, initSync, version as rawVersion } from './generated/engine.js';
import type { InitOutput, RawBound } from './generated/engine.js';
import { UytinError, refuse } from './error.js';
import type { Assessment, PolicyDocument, Record, Text } from './generated/types.js';

export { UytinError };
export type { Fault } from './error.js';
export type * from './generated/types.js';

let memory: InitOutput['memory'];

/** @internal Starts the engine; the entries do it on import. */
export const start = (module: WebAssembly.Module): void => {
  ({ memory } = initSync({ module }));
};

/** Text or its UTF-8. */
type Source = string | Uint8Array;

/** How deep a document may nest: the engine's own limit is lower. */
const DEEPEST = 64;

type Place = { up: Place | undefined; key: string | number; value: object | undefined };

const pathOf = (place: Place | undefined): string => {
  if (!place) return '$';
  const { up, key } = place;
  return pathOf(up) + (typeof key === 'number' ? `[${key}]` : /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);
};

// What JSON.stringify would drop, change or choke on is refused here.
const check = (value: unknown, place: Place | undefined, depth: number): void => {
  const kind = typeof value;
  if (kind === 'number' ? Number.isFinite(value) : value == null || kind === 'string' || kind === 'boolean') return;
  if (kind === 'number') refuse('out-of-range', pathOf(place), `\`${value}\``, 'a number that JSON can hold');
  if (kind !== 'object') refuse('wrong-type', pathOf(place), kind === 'bigint' ? `\`${value}n\`` : `a ${kind}`, 'a JSON value');
  const object = value as { toJSON?: unknown };
  for (let at = place; at; at = at.up) {
    if (at.value === object) refuse('wrong-type', pathOf(place), 'an object that contains itself', 'a JSON value');
  }
  if (depth > DEEPEST) refuse('too-deep', pathOf(place), `more than ${DEEPEST} levels of nesting`, `at most ${DEEPEST}`);
  if (typeof object.toJSON === 'function') return;
  const below: Place = { up: place, key: '', value: object };
  const visit = (key: string | number, inner: unknown): void => {
    below.key = key;
    check(inner, below, depth + 1);
  };
  if (Array.isArray(object)) object.forEach((inner, n) => visit(n, inner));
  else for (const key of Object.keys(object)) visit(key, object[key as never]);
};

const encoder = new TextEncoder();

/** @internal */
export const bytesOfJson = (value: unknown): Uint8Array => {
  check(value, undefined, 0);
  return encoder.encode(JSON.stringify(value));
};

/** @internal A text that UTF-8 can hold; the conversion would replace a lone surrogate in silence. */
export const wellFormed = (text: string, path: string): string => {
  const at = /\p{Surrogate}/u.exec(text)?.index;
  return at === undefined ? text : refuse('not-utf8', path, `a lone surrogate at index ${at}`, 'UTF-8');
};

/** @internal */
export const bytesOf = (source: Source): Uint8Array => (typeof source === 'string' ? encoder.encode(wellFormed(source, '$')) : source);

const isSource = (value: unknown): value is Source => typeof value === 'string' || value instanceof Uint8Array;

const live = <T>(raw: T | undefined, what: string): T => {
  if (!raw) throw new TypeError(`this ${what} has been freed`);
  return raw;
};

/**
 * A valid policy, which fixes every number of the model. It does not change.
 *
 * Its memory is freed when it is collected as garbage, or at once by `free()` or `using`.
 */
export class Policy {
  /** @internal */ _own: RawPolicy | undefined;
  /** @internal */ _tiers: string[];

  /**
   * Reads a policy: a document, its JSON text or UTF-8; the reference policy where none is given.
   *
   * @throws {UytinError} with every fault of the document, each with its JSON path.
   */
  constructor(document?: PolicyDocument | Source) {
    const raw =
      document === undefined ? RawPolicy.reference() : RawPolicy.read(isSource(document) ? bytesOf(document) : bytesOfJson(document));
    this._own = raw;
    this._tiers = JSON.parse(raw.tiers());
  }

  /** @internal */ get _raw(): RawPolicy {
    return live(this._own, 'policy');
  }

  /** `sha256:` and the SHA-256 of the canonical form. */
  get digest(): string {
    return this._raw.digest();
  }

  /** The document as read. */
  toJSON(): PolicyDocument {
    return JSON.parse(this.toString());
  }

  /** The document's canonical form (RFC 8785). */
  toString(): string {
    return this._raw.canonical();
  }

  /** Frees its memory; it cannot be used any more. */
  free(): void {
    this._own?.free();
    this._own = undefined;
  }
}

/** Records to read: one, several, JSON Lines or their UTF-8. */
export type Records = Record | Iterable<Record> | Source;

/**
 * Records of any number of subjects, merged without conflict. It does not change: adding gives a new one, which shares
 * what both have in common.
 *
 * Its memory is freed when it is collected as garbage, or at once by `free()` or `using`.
 */
export class Ledger {
  /** @internal */ _own: RawLedger | undefined;
  /** @internal The subject that was asked for last, bound to its policy. */
  _bound: { policy: Policy; subject: string | undefined; raw: RawBound; out: Float64Array } | undefined;

  /** @throws {UytinError} with the first fault of the records, at `$[3].date` or `line 4: $.date`. */
  constructor(records: Records = []) {
    const given: unknown = records;
    this._own = given instanceof RawLedger ? given : isSource(given) ? RawLedger.read(bytesOf(given)) : readList(given);
  }

  /** @internal */ get _raw(): RawLedger {
    return live(this._own, 'ledger');
  }

  /** How many records it holds. */
  get size(): number {
    return this._raw.size();
  }

  /** The subjects that have records, in order. */
  get subjects(): string[] {
    return JSON.parse(this._raw.subjects());
  }

  /** The current records of a subject, or of all, in order of (subject, source, id). */
  records(subject?: string): Record[] {
    return JSON.parse(this._raw.records(subject));
  }

  /** The ledger with further records: one replaces another of its (subject, source, id) if its revision is higher. */
  add(records: Records): Ledger {
    return freeing(new Ledger(records), (more) => this.merge(more));
  }

  /** The ledger of the records of both. */
  merge(other: Ledger): Ledger {
    return made(this._raw.merge(other._raw));
  }

  /** Its canonical JSON Lines as UTF-8: the same bytes in every language. */
  toBytes(): Uint8Array {
    return this._raw.toBytes();
  }

  /** Its canonical JSON Lines. */
  toString(): string {
    return new TextDecoder().decode(this.toBytes());
  }

  /** @internal */ _bind(policy: Policy, subject: string | undefined): NonNullable<Ledger['_bound']> {
    const bound = this._bound;
    if (bound && bound.policy === policy && bound.subject === subject && policy._own && this._own) return bound;
    const raw = this._raw.bind(policy._raw, subject === undefined ? subject : wellFormed(subject, 'subject'));
    bound?.raw.free();
    return (this._bound = { policy, subject, raw, out: new Float64Array() });
  }

  /** Frees its memory; it cannot be used any more. */
  free(): void {
    this._bound?.raw.free();
    this._own?.free();
    this._bound = this._own = undefined;
  }
}

const made = (raw: RawLedger): Ledger => new Ledger(raw as never);

const freeing = <T>(ledger: Ledger, call: (ledger: Ledger) => T): T => {
  try {
    return call(ledger);
  } finally {
    ledger.free();
  }
};

/** @internal The same error with the paths that the caller knows. */
export const moved = (error: unknown, move: (path: string) => string): unknown =>
  error instanceof UytinError ? new UytinError(error.faults.map((fault) => ({ ...fault, path: move(fault.path) })) as never) : error;

const readList = (records: unknown): RawLedger => {
  const many = typeof records === 'object' && records !== null && Symbol.iterator in records;
  const list = Array.isArray(records) ? records : many ? [...(records as Iterable<unknown>)] : [records];
  check(list, undefined, 0);
  try {
    // A hole or `undefined` becomes `null`, as in JSON.
    return RawLedger.read(encoder.encode(Array.from(list, (record) => JSON.stringify(record) ?? 'null').join('\n')));
  } catch (error) {
    // The engine read lines; the caller knows places of a list.
    throw moved(error, (path) => path.replace(/^line (\d+): \$/, (_, line) => `$[${line - 1}]`));
  }
};

export interface Policy extends Disposable {}
export interface Ledger extends Disposable {}
for (const { prototype } of [Policy, Ledger]) {
  // Where the engine of the page does not know `Symbol.dispose`, there is nothing that would call it.
  if (Symbol.dispose) Object.defineProperty(prototype, Symbol.dispose, { value: prototype.free });
}

/** What is asked for. */
export interface Options {
  /** The day of assessment, `YYYY-MM-DD`. There is no clock: the caller says what day it is. */
  asOf: string;
  /** The subject; not needed where the records are of one subject. */
  subject?: string;
  /** The policy; the reference policy where none is given. */
  policy?: Policy;
  /** The tier that the subject had; it makes leaving that tier harder by the policy's `hysteresis`. */
  previousTier?: string | null;
}

/** Score, interval, coverage and tier. */
export interface Score {
  /** In points; of an unrated subject it is the prior's, not the subject's: show the interval instead. */
  score: number;
  /** The interval's lower bound, in points. */
  lower: number;
  /** The interval's upper bound, in points. */
  upper: number;
  /** How far evidence, not the prior, makes the score, in [0, 1]. */
  coverage: number;
  /** One of the policy's tiers, `standard` or `unrated`. */
  tier: string;
}

const OPTIONS = ['asOf', 'subject', 'policy', 'previousTier'];
let referencePolicy: Policy | undefined;
let lastDay = { text: '', day: 0 };

/** @internal */
export const wrong = (name: string, value: unknown, expected: string): never => refuse('wrong-type', name, `a value of type ${typeof value}`, expected);

/** @internal Refuses an option that there is not. */
export const known = (options: object, names: readonly string[]): void => {
  for (const key in options) {
    if (!names.includes(key)) refuse('unknown-field', key, `\`${key}\``, `one of ${names.join(', ')}`);
  }
};

/** @internal A list of texts, as JSON. */
export const texts = (name: string, list: readonly string[]): string => {
  if (!Array.isArray(list)) wrong(name, list, 'a list of texts');
  return JSON.stringify(Array.from(list, (text, n) => wellFormed(typeof text === 'string' ? text : wrong(`${name}[${n}]`, text, 'a text'), `${name}[${n}]`)));
};

/** @internal The day of `asOf`. */
export const dayOf = (asOf: string): number => {
  if (asOf !== lastDay.text) {
    if (typeof asOf !== 'string') wrong('asOf', asOf, 'a date as `YYYY-MM-DD`');
    lastDay = { text: asOf, day: day(asOf) };
  }
  return lastDay.day;
};

/** @internal The policy of this name, by default the reference policy. */
export const rules = (policy: Policy | undefined, name = 'policy'): Policy => {
  const given = policy ?? (referencePolicy ??= new Policy());
  return given instanceof Policy ? given : wrong(name, given, 'a Policy');
};

/** @internal Calls with a ledger, and frees it if it was made for the call. A ledger of another entry is copied. */
export const held = <T>(input: Ledger | Records, call: (ledger: Ledger) => T): T =>
  input instanceof Ledger ? call(input) : freeing(new Ledger((input as Partial<Ledger>)?.toBytes?.() ?? (input as Records)), call);

/** @internal */
export type Call<T> = (bound: NonNullable<Ledger['_bound']>, day: number, previousTier: string | undefined, policy: Policy) => T;

/** @internal Checks the options, binds and calls. */
export const ask = <T>(input: Ledger | Records, options: Options, call: Call<T>): T => {
  known(options, OPTIONS);
  const { asOf, subject, previousTier, policy: given } = options ?? {}, on = dayOf(asOf), policy = rules(given);
  if (subject != null && typeof subject !== 'string') wrong('subject', subject, 'a text');
  if (previousTier != null && typeof previousTier !== 'string') wrong('previousTier', previousTier, 'a text');
  const previous = previousTier == null ? undefined : wellFormed(previousTier, 'previousTier');
  return held(input, (ledger) => call(ledger._bind(policy, subject ?? undefined), on, previous, policy));
};

/**
 * Assesses a subject: score, interval, tier, proposed measures and the parts that explain them. A proposal: a person
 * decides. A ledger remembers the subject that it was asked for last, so asking again is cheap.
 *
 * @throws {UytinError} where an option or a record is at fault.
 */
export const assess = (input: Ledger | Records, options: Options): Assessment => JSON.parse(assessJson(input, options));

/** As {@link assess}: the assessment's JSON, the same bytes in every language. */
export const assessJson = (input: Ledger | Records, options: Options): string =>
  ask(input, options, ({ raw }, on, previous) => raw.assess(on, previous));

/** As {@link assess}: score, interval, coverage and tier only, in microseconds. */
export const score = (input: Ledger | Records, options: Options): Score =>
  ask(input, options, (bound, on, previous, policy) => {
    const at = bound.raw.score(on, previous);
    // The view is lost when the engine's memory grows.
    if (bound.out.byteOffset !== at || !bound.out.length) bound.out = new Float64Array(memory.buffer, at, 5);
    const [score, lower, upper, coverage, tier] = bound.out as unknown as [number, number, number, number, number];
    return { score, lower, upper, coverage, tier: policy._tiers[tier]! };
  });

/** The ledger of the records of all. Order does not matter, nor does what is in several. */
export const mergeLedgers = (...ledgers: Ledger[]): Ledger => {
  let merged = new Ledger();
  for (const ledger of ledgers) merged = freeing(merged, (before) => before.merge(ledger));
  return merged;
};

/** The receipt of an assessment, in canonical form: what it was made of, so that anybody can recompute it. */
export const receipt = (input: Ledger | Records, options: Options): string =>
  ask(input, options, ({ raw }, on, previous) => raw.receipt(on, previous));

/** What verifying a receipt found. */
export interface Verification {
  /** Whether nothing differs. */
  verified: boolean;
  /** The engine version that the receipt names. */
  engineVersion: string;
  /** Where receipt and recomputation differ: JSON path, what the receipt says, what the recomputation gives. */
  differences: { path: string; found: string; expected: string }[];
}

/**
 * Recomputes a receipt from the ledger and the policy, by default the reference policy.
 *
 * @throws {UytinError} where it is no receipt in canonical form.
 */
export const verify = (receipt: Source, input: Ledger | Records, policy?: Policy): Verification =>
  held(input, (ledger) => {
    const found = JSON.parse(ledger._raw.verify(rules(policy)._raw, bytesOf(receipt)));
    return { verified: !found.differences.length, ...found };
  });

/** The texts of one code. */
export type CatalogueEntry = Text & { parameters: string[] };

/** The catalogue of codes, by section, with their texts in English and Vietnamese. */
export const catalogue = (): { [section: string]: { [code: string]: CatalogueEntry } } => JSON.parse(rawCatalogue());

/** The version of the engine, which receipts name. */
export const version = (): string => rawVersion();
