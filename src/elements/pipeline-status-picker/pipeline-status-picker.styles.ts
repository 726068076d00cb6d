import { css } from 'lit';

export const styles = css`
  :host {
    display: inline-flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 6px;
    max-inline-size: 100%;
    vertical-align: middle;
  }

  :host([size='small']) {
    font-size: calc(var(--_font-size) * 0.86);
  }

  .trigger {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    min-inline-size: 0;
    max-inline-size: 100%;
    margin: 0;
    padding: 0;
    border: 0;
    border-radius: var(--_chip-radius);
    background: transparent;
    text-align: start;
  }

  /* Never a smaller target than WCAG 2.5.8 asks for, however small the pill. */
  button.trigger,
  .undo {
    min-block-size: max(24px, var(--_trigger-size, 24px));
  }

  button.trigger .chip {
    padding-inline-end: 0.35em;
    transition: box-shadow 0.12s;
  }

  button.trigger:hover:not(:disabled) .chip,
  button.trigger[aria-expanded='true'] .chip {
    box-shadow: inset 0 0 0 1px color-mix(in oklab, currentColor 45%, transparent);
  }

  .trigger:disabled {
    opacity: 0.6;
    cursor: default;
  }

  .caret {
    opacity: 0.75;
  }

  .warning {
    color: var(--_danger);
  }

  .skeleton {
    display: inline-block;
    inline-size: 5.5em;
    overflow: hidden;
    text-indent: 100%;
    white-space: nowrap;
    block-size: calc(1.65em + 2px);
  }

  .since {
    color: var(--_text-muted);
    font-size: 0.93em;
  }

  .message {
    flex-basis: 100%;
    font-size: 0.93em;
    overflow-wrap: anywhere;
  }

  /* Shown only when it takes long enough to be noticed. */
  [aria-busy='true'] .swatch {
    animation: pulse 0.9s 0.4s ease-in-out infinite alternate both;
  }

  @keyframes pulse {
    to {
      opacity: 0.25;
    }
  }

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

  .listbox {
    min-block-size: 0;
    padding: 4px;
    overflow: auto;
    overscroll-behavior: contain;
    scroll-padding-block: 4px;
  }

  .option {
    display: flex;
    align-items: center;
    gap: 6px;
    min-block-size: max(32px, var(--_control-size));
    padding-block: 3px;
    padding-inline: 6px 10px;
    border-radius: calc(var(--_radius) - 2px);
    cursor: pointer;
    user-select: none;
  }

  .option:hover,
  .option:focus,
  .option[data-active] {
    background: var(--_hover);
  }

  .option:focus-visible,
  .option[data-active] {
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
    inset-inline: 2px;
    border-block-start: 1px solid var(--_border);
    content: '';
  }

  /* The whole name, on as many lines as it needs. */
  .option .label {
    max-inline-size: 20em;
    white-space: normal;
    overflow-wrap: anywhere;
  }

  .option .chip {
    border-radius: min(var(--_chip-radius), 1em);
  }

  .check {
    flex: none;
    inline-size: 1em;
    color: var(--_text);
  }

  .loading {
    animation: appear 0.3s 1s both;
  }

  .search-row {
    display: flex;
    flex: none;
    align-items: center;
    gap: 6px;
    padding: 0 10px;
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

  .empty,
  .popup > .error {
    max-inline-size: 18em;
    margin: 0;
    padding: 12px;
    color: var(--_text-muted);
    overflow-wrap: anywhere;
  }

  @media (pointer: coarse) {
    :host {
      --_trigger-size: 44px;
    }

    .search {
      font-size: 16px;
    }
  }

  @media (forced-colors: active) {
    .option:focus,
    .option[data-active],
    .option[aria-selected='true'] {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
  }
`;
