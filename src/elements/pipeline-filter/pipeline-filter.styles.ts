import { css } from 'lit';

export const styles = css`
  :host {
    display: inline-flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
    max-inline-size: 100%;
  }

  .trigger {
    min-block-size: max(32px, var(--_control-size));
    padding-inline: 10px 8px;
    white-space: nowrap;
  }

  .trigger[aria-expanded='true'],
  :host(:state(filtered)) .trigger {
    border-color: color-mix(in oklab, var(--_accent) 55%, var(--_border));
  }

  .badge {
    min-inline-size: 1.5em;
    padding: 0 0.4em;
    border-radius: 999px;
    background: var(--_accent);
    color: var(--_on-accent);
    font-size: 0.86em;
    font-variant-numeric: tabular-nums;
    text-align: center;
  }

  /* Not text: the button's name says the number in words. */
  .badge::before {
    content: attr(data-count);
  }

  .caret {
    color: var(--_text-muted);
  }

  .chosen {
    display: contents;
  }

  .not {
    color: var(--_text-muted);
  }

  .remove {
    display: inline-flex;
    align-items: center;
    min-inline-size: 0;
    max-inline-size: 100%;
    min-block-size: max(24px, min(var(--_control-size), 44px));
    padding: 0;
    border: 0;
    border-radius: var(--_chip-radius);
    background: transparent;
  }

  .remove .chip {
    padding-inline-end: 0.4em;
  }

  .remove:hover .chip {
    box-shadow: inset 0 0 0 1px color-mix(in oklab, currentColor 45%, transparent);
  }

  .cross svg {
    inline-size: 0.85em;
    block-size: 0.85em;
    stroke-width: 2;
  }

  .message {
    flex-basis: 100%;
    margin: 0;
    color: var(--_text-muted);
    font-size: 0.93em;
    overflow-wrap: anywhere;
  }

  .popup {
    display: flex;
    flex-direction: column;
    inline-size: max-content;
    min-inline-size: 15em;
    padding: 0;
    overflow: hidden;
  }

  .popup:not(:popover-open) {
    display: none;
  }

  .group {
    min-block-size: 0;
    padding: 4px;
    overflow: auto;
    overscroll-behavior: contain;
  }

  .option {
    display: flex;
    align-items: center;
    gap: 8px;
    min-block-size: max(32px, var(--_control-size));
    padding-inline: 8px 10px;
    border-radius: calc(var(--_radius) - 2px);
    cursor: pointer;
  }

  .option:hover,
  .option:focus-within {
    background: var(--_hover);
  }

  .option[data-none]:not(:first-child) {
    position: relative;
    margin-block-start: 9px;
  }

  .option[data-none]:not(:first-child)::before {
    position: absolute;
    inset-block-start: -5px;
    inset-inline: 2px;
    border-block-start: 1px solid var(--_border);
    content: '';
  }

  .option .chip {
    flex: 0 1 auto;
  }

  .option .label {
    max-inline-size: 20em;
  }

  input[type='checkbox'],
  input[type='radio'] {
    flex: none;
    inline-size: 16px;
    block-size: 16px;
    margin: 0;
    accent-color: var(--_accent);
  }

  .count {
    margin-inline-start: auto;
    padding-inline-start: 12px;
    color: var(--_text-muted);
    font-variant-numeric: tabular-nums;
  }

  .modes {
    display: flex;
    flex: none;
    gap: 4px 14px;
    flex-wrap: wrap;
    padding: 8px 12px;
    border-block-end: 1px solid var(--_border);
  }

  .mode {
    display: flex;
    align-items: center;
    gap: 6px;
    min-block-size: 24px;
    cursor: pointer;
  }

  .foot {
    display: flex;
    flex: none;
    padding: 6px 8px;
    border-block-start: 1px solid var(--_border);
  }

  .foot .link-button {
    min-block-size: max(24px, var(--_control-size));
  }

  .link-button:disabled {
    color: var(--_text-muted);
    cursor: default;
  }

  .search-row {
    display: flex;
    flex: none;
    align-items: center;
    gap: 6px;
    padding: 0 12px;
    border-block-end: 1px solid var(--_border);
    color: var(--_text-muted);
  }

  .search {
    flex: 1;
    min-inline-size: 0;
    min-block-size: 38px;
    padding: 0;
    border: 0;
    outline: 0;
    background: transparent;
    color: var(--_text);
  }

  .search-row:focus-within {
    box-shadow: inset 0 calc(-1 * var(--_focus-width)) var(--_focus-ring);
  }

  .empty,
  .loading {
    max-inline-size: 20em;
    margin: 0;
    padding: 12px;
    color: var(--_text-muted);
    overflow-wrap: anywhere;
  }

  .skeleton {
    display: block;
    inline-size: 8em;
    block-size: 1.6em;
  }

  @media (pointer: coarse) {
    .search {
      font-size: 16px;
    }
  }

  @media (forced-colors: active) {
    .badge {
      border: 1px solid CanvasText;
    }
  }
`;
