/** Types of proxy.mjs. */
export interface Passed {
  method: string;
  url: string;
  index: number;
}

export function startProxy(
  origins: readonly string[],
  onPass?: (passed: Passed) => Promise<void> | void,
): Promise<{ origin: string; close(): void }>;
