/** Styles of the pill and the notes beside it. */
import { css } from '@lit/reactive-element';

export const styles = css`
  :host {
    display: inline-flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px calc(var(--_gap) * 0.75);
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

  /* At least as large a target as WCAG 2.5.8 asks for, however small the pill. */
  button.trigger {
    min-block-size: max(24px, var(--_trigger-size, 24px));
  }

  /* Around the pill: on touch screens the button is nearly twice as high. */
  .trigger:focus-visible {
    outline: 0;
  }

  .trigger:focus-visible > * {
    outline: var(--_focus-width) solid var(--_focus-ring);
    outline-offset: 1px;
  }

  button.trigger .chip {
    padding-inline-end: 0.45em;
  }

  button.trigger:hover:not(:disabled) .chip,
  button.trigger[aria-expanded='true'] .chip {
    border: 1px solid color-mix(in oklab, currentColor 55%, transparent);
  }

  .trigger:disabled {
    opacity: 0.6;
    cursor: default;
  }

  .failed > .swatch {
    display: grid;
    inline-size: 1.15em;
    block-size: 1.15em;
    place-items: center;
    background-color: var(--_danger);
    box-shadow: none;
    color: var(--_on-danger);
    font-size: 0.8em;
    font-weight: 700;
  }

  .failed > .swatch::before {
    content: '!';
  }

  .skeleton {
    display: inline-block;
    inline-size: 5.5em;
    block-size: calc(1.65em + 2px);
    overflow: hidden;
    white-space: nowrap;
  }

  /* The text is for screen readers. */
  .skeleton > * {
    opacity: 0;
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

  /* Delayed: a fast write shows no animation. */
  [aria-busy='true'] .swatch {
    animation: pulse 0.9s 0.4s ease-in-out infinite alternate both;
  }

  @keyframes pulse {
    to {
      opacity: 0.25;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    [aria-busy='true'] .swatch {
      animation: none;
      opacity: 0.4;
    }
  }

  @media (pointer: coarse) {
    :host {
      --_trigger-size: 44px;
    }
  }
`;
