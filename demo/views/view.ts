/** The interface of a page. */
import type { Route } from '../app/router.js';

/** A page of the inbox. Its element is created once, and added and removed as the route changes. */
export interface View {
  element: HTMLElement;
  title(route: Route): string;
  /** Called when the page is in the document. `arrived`: shown for the first time, or after another page. */
  show(route: Route, arrived: boolean): void;
}
