import { ask, bytesOf, bytesOfJson, dayOf, held, known, rules, texts, wellFormed, wrong } from './core.js';
import { refuse } from './error.js';
import type { Ledger, Options, Policy, Records } from './core.js';
import type { Brief, Contest, Impact, LeftOut, PolicyDiff, PolicyLint, Shortlist } from './generated/tool-types.js';
import type { RawBound, RawLedger, RawPolicy } from './generated/tools.js';

/** What a statement of reasons says besides, in which language and form. */
export interface StatementOptions extends Options {
  lang?: 'en' | 'vi';
  format?: 'markdown' | 'html';
  issuedBy?: string;
  contestAt?: string;
  /** A date. */
  contestBy?: string;
}

const raw = (bound: { raw: unknown }): RawBound => bound.raw as RawBound;

const rawLedger = (ledger: Ledger): RawLedger => ledger._raw as unknown as RawLedger;

// Where a policy must be given, none stands for another.
const rawOf = (policy: Policy, name: string): RawPolicy => (policy == null ? wrong(name, policy, 'a Policy') : rules(policy, name))._raw as unknown as RawPolicy;

const choice = (name: string, value: string, of: string[]): string =>
  of.includes(value) ? value : refuse('unknown-value', name, `\`${value}\``, of.map((one) => `\`${one}\``).join(' or '));

/**
 * Assesses a subject again without some records, each named `source/id`, and says what differs.
 *
 * @throws {UytinError} with every name that no record has.
 */
export const contest = (input: Ledger | Records, { without, ...options }: Options & { without: readonly string[] }): Contest =>
  ask(input, options, (bound, on, previous) => JSON.parse(raw(bound).contest(on, previous, texts('without', without)) as string));

/** The statement of reasons for the person whom an assessment is about: Markdown, or a page that stands for itself. */
export const statement = (
  input: Ledger | Records,
  { lang = 'en', format = 'markdown', issuedBy, contestAt, contestBy, ...options }: StatementOptions,
): string => {
  const vietnamese = choice('lang', lang, ['en', 'vi']) === 'vi', html = choice('format', format, ['markdown', 'html']) === 'html';
  return ask(input, options, (bound, on, previous) =>
    raw(bound).statement(on, previous, issuedBy, contestAt, contestBy, vietnamese, html) as string);
};

/** A text for each subject that has one. */
type BySubject = Readonly<Record<string, string>>;

const bySubject = (name: string, given: BySubject | undefined): string => {
  if (given === undefined) return '{}';
  if (typeof given !== 'object' || given === null || Array.isArray(given)) wrong(name, given, 'an object with a text for each subject');
  return JSON.stringify(Object.fromEntries(Object.entries(given).map(([subject, text]) => {
    const at = `${name}[${JSON.stringify(subject)}]`;
    return [wellFormed(subject, at), wellFormed(typeof text === 'string' ? text : wrong(at, text, 'a text'), at)];
  })));
};

/** The options of a shortlist: `previous` has the tiers that subjects had. */
export type ShortlistOptions = Pick<Options, 'asOf' | 'policy'> & { previous?: BySubject };

const briefed = <T>(input: Ledger | Records, brief: Brief | string, options: ShortlistOptions,
  of: (ledger: RawLedger, policy: RawPolicy, brief: Uint8Array, on: number, previous: string) => unknown): T => {
  known(options, ['asOf', 'policy', 'previous']);
  const on = dayOf(options?.asOf), policy = rawOf(rules(options.policy), 'policy'), previous = bySubject('previous', options.previous);
  const text = typeof brief === 'string' ? bytesOf(brief) : bytesOfJson(brief ?? null);
  return JSON.parse(held(input, (ledger) => of(rawLedger(ledger), policy, text, on, previous) as string));
};

/**
 * Ranks the subjects that meet a brief, best lower bound first; those that the evidence cannot tell apart share a band.
 *
 * @throws {UytinError} with every fault of the brief.
 */
export const shortlist = (input: Ledger | Records, brief: Brief | string, options: ShortlistOptions): Shortlist =>
  briefed(input, brief, options, (ledger, ...rest) => ledger.shortlist(...rest));

/**
 * The subjects that do not meet a brief, by id, each with the first condition that it fails and what was found.
 *
 * @throws {UytinError} with every fault of the brief.
 */
export const leftOut = (input: Ledger | Records, brief: Brief | string, options: ShortlistOptions): LeftOut[] =>
  briefed(input, brief, options, (ledger, ...rest) => ledger.leftOut(...rest));

/**
 * What a change from one policy to another does to the subjects of a ledger. With `groups`, the group that a subject belongs to,
 * it also says which groups move more than the others; `previous` has the tiers that subjects had.
 */
export const impact = (
  input: Ledger | Records, from: Policy, to: Policy, options: Pick<Options, 'asOf'> & { groups?: BySubject; previous?: BySubject },
): Impact => {
  known(options, ['asOf', 'groups', 'previous']);
  const on = dayOf(options?.asOf), before = rawOf(from, 'from'), after = rawOf(to, 'to'), previous = bySubject('previous', options.previous);
  const groups = options.groups === undefined ? undefined : bySubject('groups', options.groups);
  return JSON.parse(held(input, (ledger) => rawLedger(ledger).impact(before, after, on, groups, previous) as string));
};

/** What differs from one policy to another, and what each change makes stricter or laxer. */
export const policyDiff = (from: Policy, to: Policy): PolicyDiff => JSON.parse(rawOf(from, 'from').diff(rawOf(to, 'to')) as string);

/** What is valid in a policy, yet unwise: each with its place, why, and a remedy. */
export const policyLint = (policy: Policy): PolicyLint => JSON.parse(rawOf(policy, 'policy').lint() as string);
