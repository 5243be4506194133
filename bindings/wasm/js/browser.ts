import { start } from './core.js';
import { fetched } from './fetched.js';

start(await fetched(new URL('./uytin.wasm', import.meta.url)));

export * from './index.js';
