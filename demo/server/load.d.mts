/** Types of load.mjs. */
export function load(path: string): Promise<unknown>;
export function loadServer(): Promise<typeof import('./main.js')>;
