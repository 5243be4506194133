import { ask, texts } from './core.js';
import type { Ledger, Options, Records } from './core.js';
import type { Paths } from './generated/tool-types.js';
import type { RawBound } from './generated/tools.js';

export type * from './generated/tool-types.js';

/** Who is asked for further checks, besides the options of an assessment. */
export interface PathOptions extends Options {
  /** The source classes that further checks may come from; every class of the policy where none are given. */
  classes?: readonly string[];
}

/** As {@link path}: the JSON, the same bytes in every language. */
export const pathJson = (input: Ledger | Records, { classes, ...options }: PathOptions): string =>
  ask(input, options, ({ raw }, on, previous, policy) => {
    const asked = classes ?? Object.keys(policy.toJSON().sources);
    return (raw as unknown as RawBound).paths(on, previous, texts('classes', asked)) as string;
  });

/**
 * What reaches each tier above the present one: the least further evidence from these source classes, or the day from
 * which waiting is enough, or why not.
 *
 * @throws {UytinError} where an option or a record is at fault, or the policy does not know a class.
 */
export const path = (input: Ledger | Records, options: PathOptions): Paths => JSON.parse(pathJson(input, options));
