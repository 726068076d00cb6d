export interface Passed {
  method: string;
  url: string;
  index: number;
}

export function startProxy(
  origins: readonly string[],
  onPass?: (passed: Passed) => void,
): Promise<{ origin: string; close(): void }>;
