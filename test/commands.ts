/** Browser commands for tests that need more than mouse and keyboard. Chromium only: check `isChromium` first. */
import { executeServerCommand } from '@web/test-runner-commands';

export const isChromium = navigator.userAgent.includes('Chrome/');

/** Emulates media features, such as `{ 'forced-colors': 'active' }`, until the test ends; `{}` resets them. */
export async function emulateMediaFeatures(features: Record<string, string>): Promise<void> {
  await executeServerCommand('emulate-media-features', features);
}

export interface TouchPoint {
  x: number;
  y: number;
}

/** Touch points in viewport pixels; `touchEnd` and `touchCancel` lift all of them. */
export async function touch(
  type: 'touchStart' | 'touchMove' | 'touchEnd' | 'touchCancel',
  points: readonly TouchPoint[] = [],
): Promise<void> {
  await executeServerCommand('touch', { type, points });
}

// The runner reuses the page for the next test file.
if (isChromium) afterEach(() => emulateMediaFeatures({}));
