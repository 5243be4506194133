// What every entry exports; each entry differs in how it starts the engine.
export {
  Ledger, Policy, UytinError, assess, assessJson, catalogue, mergeLedgers, receipt, score, verify, version,
} from './core.js';
export type * from './core.js';
