import { start } from './core.js';
import { fetched } from './fetched.js';

start(await fetched(new URL('./tools.wasm', import.meta.url)));

export * from './index.js';
export * from './path.js';
export * from './population.js';
export * from './program.js';
