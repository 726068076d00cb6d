/** The button of the filter, the selected chips beside it, and the messages below. */
import { css } from '@lit/reactive-element';

export const styles = css`
  :host {
    display: inline-flex;
    flex-wrap: wrap;
    align-items: flex-start;
    gap: calc(var(--_gap) * 0.75);
    max-inline-size: 100%;
    vertical-align: middle;
    --_trigger-size: max(32px, var(--_control-size));
  }

  .trigger {
    flex: none;
    min-block-size: var(--_trigger-size);
    padding-inline: 10px 8px;
    white-space: nowrap;
  }

  .trigger[aria-expanded='true'] {
    background: color-mix(in oklab, var(--_text) 5%, var(--_surface-raised));
  }

  :host(:state(filtered)) .trigger {
    border-color: color-mix(in oklab, var(--_accent) 60%, var(--_border));
  }

  .badge {
    min-inline-size: 1.55em;
    padding-inline: 0.45em;
    border-radius: 999px;
    background: var(--_accent);
    color: var(--_on-accent);
    font-size: 0.86em;
    font-variant-numeric: tabular-nums;
    line-height: 1.55;
    text-align: center;
  }

  /* Generated content, because the button's accessible name includes the number already. */
  .badge::before {
    content: attr(data-count);
  }

  .caret {
    color: var(--_text-muted);
  }

  /* Beside the button if everything fits, else below it. */
  .chosen {
    display: flex;
    flex: 0 1 auto;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px calc(var(--_gap) * 0.75);
    min-inline-size: 0;
    min-block-size: var(--_trigger-size);
  }

  .not {
    padding-inline-start: 2px;
    color: var(--_text-muted);
  }

  .remove {
    display: inline-flex;
    align-items: center;
    min-inline-size: 0;
    max-inline-size: 100%;
    min-block-size: max(24px, var(--_control-size));
    padding: 0;
    border: 0;
    border-radius: var(--_chip-radius);
    background: transparent;
  }

  .remove .chip {
    padding-inline-end: 0.35em;
  }

  .remove .label {
    max-inline-size: 16em;
  }

  .remove:hover:not(:disabled) .chip {
    box-shadow: inset 0 0 0 1px color-mix(in oklab, currentColor 45%, transparent);
  }

  .remove:disabled,
  .clear:disabled {
    opacity: 0.55;
    cursor: default;
  }

  .cross {
    display: inline-grid;
    padding: 0.15em;
    border-radius: 50%;
    opacity: 0.75;
  }

  .remove:hover:not(:disabled) .cross {
    background: color-mix(in oklab, currentColor 16%, transparent);
    opacity: 1;
  }

  .cross svg {
    inline-size: 0.78em;
    block-size: 0.78em;
    stroke-width: 2.2;
  }

  .clear {
    white-space: nowrap;
  }

  /* Hidden while the popup shows its own, without a change of layout. */
  .clear[data-away] {
    visibility: hidden;
  }

  .chosen .skeleton {
    inline-size: 5em;
    block-size: 1.65em;
  }

  .message {
    flex-basis: 100%;
    margin: 0;
    color: var(--_text-muted);
    font-size: 0.93em;
    overflow-wrap: anywhere;
  }

  /* Aligns its text with the lines of the message. */
  .message .link-button {
    margin-inline-start: -0.4em;
  }

  .link-button:focus-visible {
    outline-offset: -2px;
  }

  @media (forced-colors: active) {
    .badge {
      border: 1px solid CanvasText;
    }
  }
`;
