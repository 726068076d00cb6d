import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit/html.js';

/** So that bundlers leave out an icon that no loaded element shows. */
/* @__NO_SIDE_EFFECTS__ */
const icon = (shape: () => SVGTemplateResult): TemplateResult =>
  html`<svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">${shape()}</svg>`;

export const checkIcon = icon(() => svg`<path d="m3.5 8.5 3 3 6-7"/>`);
export const dotsIcon = icon(
  () =>
    svg`<g fill="currentColor" stroke="none"><circle cx="6" cy="3.5" r="1.2"/><circle cx="10" cy="3.5" r="1.2"/><circle cx="6" cy="8" r="1.2"/><circle cx="10" cy="8" r="1.2"/><circle cx="6" cy="12.5" r="1.2"/><circle cx="10" cy="12.5" r="1.2"/></g>`,
);
export const pencilIcon = icon(() => svg`<path d="m10.8 2.7 2.5 2.5L5.5 13l-3 .5.5-3z"/><path d="m9.3 4.2 2.5 2.5"/>`);
export const trashIcon = icon(
  () =>
    svg`<path d="M2.8 4.3h10.4"/><path d="M6 4.2V2.6h4v1.6"/><path d="m4 4.4.6 8.9h6.8l.6-8.9"/><path d="M6.7 7v3.8M9.3 7v3.8"/>`,
);
export const plusIcon = icon(() => svg`<path d="M8 3v10M3 8h10"/>`);
export const closeIcon = icon(() => svg`<path d="m4 4 8 8M12 4l-8 8"/>`);
export const filterIcon = icon(() => svg`<path d="M2.5 4h11M4.5 8h7M6.5 12h3"/>`);
export const warningIcon = icon(() => svg`<path d="M8 2.5 14.3 13H1.7z"/><path d="M8 6.5v3M8 11.3v.1"/>`);
export const searchIcon = icon(() => svg`<circle cx="7" cy="7" r="4"/><path d="m10 10 3.5 3.5"/>`);
