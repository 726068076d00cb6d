import { PipelineError } from '../../model/errors.js';
import type { Chooser } from './chooser.js';

let loaded: typeof Chooser | undefined;
let loading: Promise<typeof Chooser> | undefined;
let isPlanned = false;

/** The class, when it is here. */
export const chooserClass = (): typeof Chooser | undefined => loaded;

/** Loads the class. Rejects with a `PipelineError` when it does not arrive; the next call tries again. */
export function loadChooser(): Promise<typeof Chooser> {
  loading ??= import('./chooser.js').then(
    (module) => (loaded = module.Chooser),
    (thrown: unknown) => {
      loading = undefined;
      throw new PipelineError('unavailable', 'The code of the list could not be loaded.', { cause: thrown });
    },
  );
  return loading;
}

/** Loads it once the page has nothing better to do, so that the first click does not wait. */
export function loadChooserSoon(): void {
  if (isPlanned) return;
  isPlanned = true;
  const load = (): void => void loadChooser().catch(() => undefined);
  // Not in Safari before 26.
  if ('requestIdleCallback' in globalThis) requestIdleCallback(load, { timeout: 2000 });
  else setTimeout(load, 300);
}
