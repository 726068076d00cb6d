/** The picker's open list, and what stands beside the pill after a pick. */
import { css } from '@lit/reactive-element';

export const popupStyles = css`
  /* At least as large a target as WCAG 2.5.8 asks for, like the pill. */
  .undo {
    min-block-size: max(24px, var(--_trigger-size, 24px));
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

  @media (forced-colors: active) {
    .option:focus,
    .option[data-active],
    .option[aria-selected='true'] {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
  }
`;
