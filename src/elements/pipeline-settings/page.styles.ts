import { css } from '@lit/reactive-element';

/** The page, over what is there from the start. */
export const pageStyles = css`
  h2,
  p,
  ol {
    margin: 0;
    padding: 0;
  }

  /* Positioned, because on iOS Sortable places the dragged copy in the closest positioned ancestor, and looks no
     further than the shadow root. Nothing here may clip what is dragged. */
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

  /* The whole name, on as many lines as it needs: here is where names are looked after. */
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

  /* Within the row, which is as high as they are for fingers. */
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
    /* Over Sortable's own, which is set on the element. */
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

  /* Its plus below the handles, its words below the names. */
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

  .empty {
    display: grid;
    gap: 8px;
    justify-items: center;
    padding: 36px 20px 28px;
    color: var(--_text-muted);
    text-align: center;
  }

  .empty h2 {
    color: var(--_text);
    font-size: 1.2em;
    font-weight: 600;
    line-height: 1.3;
  }

  .empty p {
    max-inline-size: 34em;
    text-wrap: balance;
  }

  .empty .button {
    min-block-size: max(34px, var(--_control-size));
    margin-block-start: 10px;
    color: var(--_text);
  }

  .sketch {
    display: grid;
    gap: 5px;
    margin-block-end: 10px;
  }

  .sketch span {
    block-size: 13px;
    inline-size: 58px;
    border-radius: var(--_chip-radius);
    background: light-dark(
      oklch(from var(--_c) 0.86 min(c, 0.09) h / 1),
      oklch(from var(--_c) 0.45 min(c, 0.09) h / 1)
    );
  }

  .sketch span:nth-child(2) {
    inline-size: 82px;
  }

  .sketch span:nth-child(3) {
    inline-size: 70px;
  }

  .banner,
  .message {
    display: flex;
    align-items: center;
    gap: var(--_gap);
    min-block-size: max(44px, calc(var(--_control-size) + 4px));
    padding: 5px 14px;
    padding-inline: 14px 6px;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) + 2px);
    background: var(--_surface-raised);
  }

  .banner > svg {
    color: var(--_text-muted);
  }

  .banner[data-error] > svg,
  .message > svg {
    color: var(--_danger);
  }

  .banner > span,
  .message-text {
    flex: 1;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }

  /* Below the list and in sight, however long the list. */
  .message {
    position: sticky;
    inset-block-end: 12px;
    z-index: 2;
    box-shadow: var(--_shadow);
  }

  .message .link-button {
    min-block-size: max(28px, var(--_control-size));
    padding-inline: 10px;
    border-radius: calc(var(--_radius) - 2px);
  }

  .button[aria-disabled='true'] {
    opacity: 0.55;
    cursor: default;
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

  /* Letters so large, or a place so small, that a name beside all that would be broken into syllables. */
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

    .sketch span {
      border: 1px solid CanvasText;
    }
  }
`;
