/** The popup of the filter; what it shares with the picker's is in `src/styles/popup.ts`. */
import { css } from '@lit/reactive-element';

export const popupStyles = css`
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

  /* The transparent radio button covers its label, so that pressing the label presses it. */
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
    gap: 8px;
    padding-inline: 16px 12px;
  }

  .search {
    min-block-size: max(36px, var(--_control-size));
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

  .group {
    /* At least as wide as before the search hid some options, at most as wide as the screen. */
    min-inline-size: min(max(15em, var(--_width, 0px)), 100vw - 18px);
  }

  .option {
    gap: 10px;
    padding-inline: 8px 12px;
  }

  .option[data-none]:not(:first-child)::before {
    inset-inline: 4px;
  }

  .option input {
    flex: none;
    inline-size: 16px;
    block-size: 16px;
    margin: 0;
    outline: 0;
    /* A focused checkbox scrolls into view with the row around it. */
    scroll-margin-block: 8px;
    accent-color: var(--_accent);
    cursor: pointer;
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
