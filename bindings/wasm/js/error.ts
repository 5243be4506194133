/** One fault of an input: where, what stood there, what was expected. */
export interface Fault {
  /** The kind of fault, the same in every language: a key of `errors` in the catalogue. */
  code: string;
  /** The JSON path to the culprit, `$` for the whole; the name of the option where an option is at fault. */
  path: string;
  /** What stood there, user input in backticks. */
  found: string;
  /** What was expected. */
  expected: string;
}

/** Why an input was refused. Of a policy, `faults` holds every fault; the other fields are those of the first. */
export class UytinError extends Error implements Fault {
  override readonly name = 'UytinError';
  readonly code: string;
  readonly path: string;
  readonly found: string;
  readonly expected: string;

  constructor(readonly faults: readonly [Fault, ...Fault[]]) {
    super(faults.map(({ path, found, expected }) => `${path}: found ${found}, expected ${expected}`).join('\n'));
    ({ code: this.code, path: this.path, found: this.found, expected: this.expected } = faults[0]);
  }
}

/** @internal What the engine throws. */
export const errorOf = (faults: string): UytinError => new UytinError(JSON.parse(faults));

/** @internal The error of one fault. */
export const refuse = (code: string, path: string, found: string, expected: string): never => {
  throw new UytinError([{ code, path, found, expected }]);
};
