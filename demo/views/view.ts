import type { Route } from '../app/router.js';

/** One page of the inbox. Its element is made once and comes and goes with the route. */
export interface View {
  element: HTMLElement;
  title(route: Route): string;
  /** Called when the page is in the document; `arrived`: from another page, or for the first time. */
  show(route: Route, arrived: boolean): void;
}
