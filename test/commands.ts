/** What a test can make the browser do beyond the mouse and the keyboard. Chromium only: ask `isChromium` first. */
import { executeServerCommand } from '@web/test-runner-commands';

export const isChromium = navigator.userAgent.includes('Chrome/');

/** Emulates media features, such as `{ 'forced-colors': 'active' }`, until the end of the test; `{}` ends it at once. */
export async function emulateMediaFeatures(features: Record<string, string>): Promise<void> {
  await executeServerCommand('emulate-media-features', features);
}

export interface TouchPoint {
  x: number;
  y: number;
}

/** Fingers on the screen, in pixels of the viewport; `touchEnd` and `touchCancel` lift all of them. */
export async function touch(
  type: 'touchStart' | 'touchMove' | 'touchEnd' | 'touchCancel',
  points: readonly TouchPoint[] = [],
): Promise<void> {
  await executeServerCommand('touch', { type, points });
}

// The runner uses a page for one test file after another.
if (isChromium) afterEach(() => emulateMediaFeatures({}));
