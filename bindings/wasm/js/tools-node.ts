import { readFileSync } from 'node:fs';
import { start } from './core.js';

start(new WebAssembly.Module(readFileSync(new URL('./tools.wasm', import.meta.url))));

export * from './index.js';
export * from './path.js';
export * from './population.js';
export * from './program.js';
