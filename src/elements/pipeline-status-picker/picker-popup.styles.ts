/** The picker's open list, and what stands beside the pill after a pick. */
import { css } from '@lit/reactive-element';

export const popupStyles = css`
  /* At least as large a target as WCAG 2.5.8 asks for, like the pill. */
  .undo {
    min-block-size: max(24px, var(--_trigger-size, 24px));
  }

  /* What a slow change waits for, beside the pill. */
  .waiting {
    display: inline-flex;
    align-items: center;
    gap: 0.4em;
    min-inline-size: 0;
    color: var(--_text-muted);
    font-size: 0.93em;
    animation: appear 0.2s both;
  }

  .spinner {
    flex: none;
    inline-size: 0.85em;
    block-size: 0.85em;
    border: 1.5px solid color-mix(in oklab, currentColor 30%, transparent);
    border-block-start-color: currentColor;
    border-radius: 50%;
    animation: spin 0.9s linear infinite;
  }

  @keyframes spin {
    to {
      rotate: 1turn;
    }
  }

  /* A message under the pill, with what can be done about it. */
  .notice {
    display: flex;
    flex-basis: 100%;
    align-items: flex-start;
    gap: 0.45em;
    min-inline-size: 0;
    font-size: 0.93em;
  }

  .notice > svg {
    margin-block-start: 0.24em;
    color: var(--_danger);
  }

  .notice-text {
    flex: 0 1 auto;
    min-inline-size: 0;
    padding-block: 0.05em;
  }

  .notice .message {
    font-size: inherit;
  }

  .notice .link-button {
    min-block-size: max(24px, var(--_trigger-size, 24px));
    margin-block: calc((1.4em - max(24px, var(--_trigger-size, 24px))) / 2);
    /* Flush with the text when it wraps. */
    margin-inline-start: -0.4em;
    padding-block: 0;
  }

  /* Or what follows the picker would cover it. */
  @media (pointer: coarse) {
    .notice .link-button {
      margin-block-end: 0;
    }
  }

  .notice .dismiss {
    inline-size: max(24px, var(--_trigger-size, 24px));
    block-size: max(24px, var(--_trigger-size, 24px));
    margin-block: calc((1.4em - max(24px, var(--_trigger-size, 24px))) / 2);
  }

  .listbox[hidden] {
    display: none;
  }

  /* As wide as an option, and without height: it keeps the list as wide as its longest name. */
  .width {
    min-block-size: 0;
    block-size: 0;
    padding-block: 0;
    visibility: hidden;
  }

  .check {
    flex: none;
    inline-size: 1em;
    color: var(--_text);
  }

  /* The space of the check mark that the selected option has. */
  .option > .chip:first-child {
    margin-inline-start: calc(1em + 6px);
  }

  .loading {
    animation: appear 0.3s 1s both;
  }

  .popup > .error {
    max-inline-size: 18em;
    margin: 0;
    padding: 12px;
    color: var(--_text-muted);
    overflow-wrap: anywhere;
  }

  .popup > .error .link-button {
    display: block;
    margin: 4px -0.4em -4px;
  }

  @media (prefers-reduced-motion: reduce) {
    .spinner {
      border-style: dotted;
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
