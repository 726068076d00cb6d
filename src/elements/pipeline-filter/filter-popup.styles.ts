import { css } from '@lit/reactive-element';

export const popupStyles = css`
  .popup {
    display: flex;
    flex-direction: column;
    inline-size: max-content;
    padding: 0;
    overflow: hidden;
  }

  .popup:not(:popover-open) {
    display: none;
  }

  .ops {
    display: flex;
    flex: none;
    gap: 2px;
    margin: 8px 8px 4px;
    padding: 2px;
    border-radius: var(--_radius);
    background: var(--_hover);
  }

  .op {
    position: relative;
    display: grid;
    flex: 1 1 auto;
    place-items: center;
    min-block-size: max(28px, var(--_control-size));
    padding: 2px 12px;
    border-radius: calc(var(--_radius) - 2px);
    color: var(--_text-muted);
    font-weight: 500;
    text-align: center;
  }

  /* The control itself is what is pressed; what is seen is its label. */
  .op input {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }

  .op:hover {
    color: var(--_text);
  }

  .op:has(:checked) {
    background: light-dark(var(--_surface-raised), color-mix(in oklab, var(--_text) 14%, var(--_surface-raised)));
    box-shadow:
      0 0 0 1px var(--_border),
      0 1px 2px rgb(0 0 0 / 0.08);
    color: var(--_text);
  }

  .op:has(:focus-visible) {
    outline: var(--_focus-width) solid var(--_focus-ring);
    outline-offset: 1px;
  }

  .search-row {
    display: flex;
    flex: none;
    align-items: center;
    gap: 8px;
    padding-inline: 16px 12px;
    border-block-end: 1px solid var(--_border);
    color: var(--_text-muted);
  }

  .search {
    flex: 1;
    min-inline-size: 0;
    min-block-size: max(36px, var(--_control-size));
    padding: 0;
    border: 0;
    outline: 0;
    background: transparent;
    color: var(--_text);
    appearance: none;
  }

  .search::-webkit-search-cancel-button {
    opacity: 0.6;
    filter: grayscale(1);
  }

  .search::placeholder {
    color: var(--_text-muted);
    opacity: 1;
  }

  .search-row:focus-within {
    box-shadow: inset 0 calc(-1 * var(--_focus-width)) var(--_focus-ring);
  }

  .group {
    /* As wide as it was before the search left less of it; no wider than the screen, however large the letters. */
    min-inline-size: min(max(15em, var(--_width, 0px)), 100vw - 18px);
    min-block-size: 0;
    padding: 4px;
    overflow: auto;
    overscroll-behavior: contain;
    scroll-padding-block: 4px;
  }

  .option {
    display: flex;
    align-items: center;
    gap: 10px;
    min-block-size: max(32px, var(--_control-size));
    padding-block: 3px;
    padding-inline: 8px 12px;
    border-radius: calc(var(--_radius) - 2px);
    cursor: pointer;
    user-select: none;
  }

  .option:hover {
    background: var(--_hover);
  }

  .option:has(:focus-visible) {
    background: var(--_hover);
    outline: var(--_focus-width) solid var(--_focus-ring);
    outline-offset: -2px;
  }

  .option[data-none]:not(:first-child) {
    position: relative;
    margin-block-start: 9px;
  }

  .option[data-none]:not(:first-child)::before {
    position: absolute;
    inset-block-start: -5px;
    inset-inline: 4px;
    border-block-start: 1px solid var(--_border);
    content: '';
  }

  .option input {
    flex: none;
    inline-size: 16px;
    block-size: 16px;
    margin: 0;
    outline: 0;
    /* What gets focus comes into view with the row around it. */
    scroll-margin-block: 8px;
    accent-color: var(--_accent);
    cursor: pointer;
  }

  .option .chip {
    border-radius: min(var(--_chip-radius), 1em);
  }

  /* The whole name, on as many lines as it needs. */
  .option .label {
    max-inline-size: 20em;
    white-space: normal;
    overflow-wrap: anywhere;
    text-wrap: pretty;
  }

  .count {
    flex: none;
    margin-inline-start: auto;
    padding-inline-start: 12px;
    color: var(--_text-muted);
    font-variant-numeric: tabular-nums;
  }

  .foot {
    display: flex;
    flex: none;
    padding: 4px;
    border-block-start: 1px solid var(--_border);
  }

  .foot .link-button {
    flex: 1;
    min-block-size: max(32px, var(--_control-size));
    padding-inline: 8px;
    border-radius: calc(var(--_radius) - 2px);
    text-align: start;
  }

  .foot .link-button:disabled {
    background: transparent;
    color: var(--_text-muted);
    opacity: 0.7;
    cursor: default;
  }

  .empty,
  .failed {
    max-inline-size: 20em;
    margin: 0;
    padding: 12px;
    color: var(--_text-muted);
    overflow-wrap: anywhere;
  }

  .empty .link-button {
    display: block;
    margin: 4px -0.4em -4px;
  }

  .failed .button {
    display: flex;
    margin-block-start: 8px;
    color: var(--_text);
  }

  .loading {
    display: grid;
    min-inline-size: min(15em, 100vw - 18px);
    gap: 14px;
    padding: 16px 12px;
  }

  .loading .skeleton {
    inline-size: 7em;
    block-size: 1.4em;
  }

  .loading .skeleton:nth-of-type(3n) {
    inline-size: 5em;
  }

  @media (pointer: coarse) {
    .search {
      font-size: 16px;
    }

    .option input {
      inline-size: 20px;
      block-size: 20px;
    }
  }

  @media (forced-colors: active) {
    .op {
      border: 1px solid transparent;
    }

    .op:has(:checked) {
      border-color: Highlight;
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }

    .foot .link-button:disabled {
      color: GrayText;
    }

    .option:has(:focus-visible),
    .op:has(:focus-visible) {
      outline-color: Highlight;
    }
  }
`;
