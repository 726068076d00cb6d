/** The list: its rows, and the button that adds one. The frame of both is in `pipeline-settings.styles.ts`. */
import { css } from 'lit';

export const listStyles = css`
  h2,
  p,
  ol {
    margin: 0;
    padding: 0;
  }

  /* Positioned: rows are measured from here when one is dragged, and on iOS SortableJS places the dragged copy in the
     closest positioned ancestor inside the shadow root. Nothing here may clip the copy. */
  .list {
    position: relative;
    list-style: none;
  }

  .row,
  .add {
    --_size: max(32px, var(--_control-size), 1.4em);
  }

  .row:first-child {
    border-start-start-radius: calc(var(--_radius) + 3px);
    border-start-end-radius: calc(var(--_radius) + 3px);
  }

  .list > .row:not(:first-child)::before,
  .foot::before {
    position: absolute;
    inset: 0 0 auto;
    border-block-start: 1px solid color-mix(in oklab, var(--_border) 60%, transparent);
    content: '';
    pointer-events: none;
  }

  .row:hover:not(.editing, .dragged, .ghost) {
    background: color-mix(in oklab, var(--_text) 2.5%, transparent);
  }

  .row.editing {
    display: block;
    padding: 0;
  }

  .name {
    display: flex;
    flex: 1;
    min-inline-size: 0;
    padding-block: 4px;
    padding-inline: 4px 8px;
  }

  /* The whole name, on as many lines as it needs: this is where names are edited. */
  .name .label,
  .preview .label {
    white-space: normal;
    overflow-wrap: anywhere;
    text-wrap: pretty;
  }

  .name .chip,
  .preview .chip {
    border-radius: min(var(--_chip-radius), 1em);
  }

  .list > .row > .name:first-child {
    padding-inline-start: 10px;
  }

  .count {
    flex: none;
    padding-inline: 4px 10px;
    color: var(--_text-muted);
    font-size: 0.93em;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .count .number {
    display: none;
  }

  .row .icon-button {
    inline-size: var(--_size);
    block-size: var(--_size);
    border-radius: var(--_radius);
  }

  /* Inside the button: on touch screens it is as high as its row. */
  .row .icon-button:focus-visible {
    outline-offset: -2px;
  }

  .icon-button svg {
    inline-size: 1.15em;
    block-size: 1.15em;
  }

  .icon-button:active {
    background: color-mix(in oklab, var(--_text) 12%, transparent);
  }

  .handle {
    cursor: grab;
    touch-action: none;
    user-select: none;
    -webkit-touch-callout: none;
  }

  .handle:active,
  .dragged .handle {
    cursor: grabbing;
  }

  .delete:hover {
    background: color-mix(in oklab, var(--_danger) 12%, transparent);
    color: var(--_danger);
  }

  /* The place that the dragged row will take. */
  .row.ghost {
    background: color-mix(in oklab, var(--_accent) 9%, transparent);
  }

  .row.ghost::after {
    position: absolute;
    inset: 4px;
    border: 1px dashed color-mix(in oklab, var(--_accent) 60%, transparent);
    border-radius: var(--_radius);
    content: '';
  }

  .row.ghost > * {
    opacity: 0;
  }

  .row.dragged,
  .row[data-grabbed] {
    border-radius: var(--_radius);
    background: var(--_surface-raised);
    box-shadow: var(--_shadow);
  }

  .row.dragged {
    outline: 1px solid var(--_border);
    /* Overrides the inline style set by SortableJS. */
    opacity: 1 !important;
    list-style: none;
  }

  .list > .row.dragged::before,
  .list > .row[data-grabbed]::before {
    display: none;
  }

  .row[data-grabbed] {
    z-index: 1;
    outline: var(--_focus-width) solid var(--_focus-ring);
    outline-offset: -1px;
  }

  .row[data-grabbed] .handle:focus-visible {
    outline: 0;
  }

  .foot {
    position: relative;
  }

  .foot:first-child::before {
    display: none;
  }

  /* The plus is aligned with the handles, and the text with the names. */
  .add {
    display: flex;
    align-items: center;
    gap: 6px;
    inline-size: 100%;
    min-block-size: max(46px, calc(var(--_control-size) + 4px));
    padding-block: 4px;
    padding-inline: 6px 14px;
    border: 0;
    border-radius: calc(var(--_radius) + 3px);
    background: transparent;
    color: var(--_accent);
    font-weight: 500;
    text-align: start;
  }

  .list + .foot .add {
    border-start-start-radius: 0;
    border-start-end-radius: 0;
  }

  .add svg {
    inline-size: 1.15em;
    block-size: 1.15em;
    margin-inline: calc((var(--_size) - 1.15em) / 2);
  }

  .add:hover {
    background: color-mix(in oklab, var(--_accent) 6%, transparent);
  }

  .add:focus-visible {
    outline-offset: -3px;
  }

  @container pipeline-settings (max-width: 30rem) {
    .count .number {
      display: inline;
    }

    .count .sentence {
      position: absolute;
      inline-size: 1px;
      block-size: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }

    .name {
      padding-inline: 2px 4px;
    }

    .count {
      padding-inline: 4px;
    }

    .count:last-child {
      padding-inline-end: 8px;
    }

    .add {
      gap: 2px;
      padding-inline-start: 2px;
    }
  }

  /* With very large text or very little room, names would be broken into syllables beside everything else. */
  @container pipeline-settings (max-width: 15rem) {
    .list > .row:not(.editing) {
      flex-wrap: wrap;
    }

    .name {
      flex: 1 1 calc(100% - var(--_size));
    }

    .handle ~ .count {
      padding-inline-start: calc(var(--_size) + 6px);
    }

    .edit {
      margin-inline-start: auto;
    }
  }

  @media (forced-colors: active) {
    .row.ghost::after {
      border-color: Highlight;
    }

    .row[data-grabbed],
    .row.dragged {
      outline: 2px solid Highlight;
    }
  }
`;
