import { LazyCode } from '../../ui/lazy-code.js';

export const popupCode = new LazyCode(async () => (await import('./filter-popup.js')).FilterPopup);

/** For a filter with `for`. */
export const listCode = new LazyCode(async () => (await import('./list-controller.js')).ListController);
