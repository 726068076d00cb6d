import { css } from 'lit';

/** What the elements share: buttons, fields, popups, focus, words for screen readers only. */
export const base = css`
  :host([hidden]) {
    display: none !important;
  }

  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }

  button,
  input {
    font: inherit;
    color: inherit;
  }

  button {
    -webkit-tap-highlight-color: transparent;
    cursor: pointer;
  }

  :focus-visible {
    outline: var(--_focus-width) solid var(--_focus-ring);
    outline-offset: 1px;
  }

  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.4em;
    min-block-size: var(--_control-size);
    padding: 0.2em 0.8em;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface-raised);
    font-weight: 500;
  }

  .button:hover {
    background: color-mix(in oklab, var(--_text) 5%, var(--_surface-raised));
  }

  .button.primary {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_on-accent);
  }

  .button.primary:hover {
    background: color-mix(in oklab, var(--_accent) 88%, var(--_text));
  }

  .button.danger {
    border-color: transparent;
    background: var(--_danger);
    color: var(--_on-accent);
  }

  .button:disabled {
    opacity: 0.55;
    cursor: default;
  }

  .icon-button {
    display: inline-grid;
    flex: none;
    place-items: center;
    inline-size: var(--_control-size);
    block-size: var(--_control-size);
    padding: 0;
    border: 0;
    border-radius: calc(var(--_radius) - 2px);
    background: transparent;
    color: var(--_text-muted);
  }

  .icon-button:hover {
    background: var(--_hover);
    color: var(--_text);
  }

  .link-button {
    padding: 0.15em 0.4em;
    border: 0;
    border-radius: calc(var(--_radius) - 4px);
    background: transparent;
    color: var(--_accent);
    font-weight: 500;
  }

  .link-button:hover {
    background: var(--_hover);
  }

  .field {
    min-block-size: max(32px, var(--_control-size));
    padding: 0.2em 0.65em;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    /* iOS zooms into fields with smaller text. */
    font-size: max(1em, var(--_field-font-size, 0px));
  }

  .field:focus-visible {
    outline-offset: -1px;
  }

  .field::placeholder {
    color: var(--_text-muted);
    opacity: 1;
  }

  .field[aria-invalid='true'] {
    border-color: var(--_danger);
  }

  @media (pointer: coarse) {
    .field {
      --_field-font-size: 16px;
    }
  }

  .popup {
    position: fixed;
    inset: auto;
    margin: 0;
    padding: 4px;
    overflow: auto;
    overscroll-behavior: contain;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) + 2px);
    background: var(--_surface-raised);
    color: var(--_text);
    box-shadow: var(--_shadow);
    font-size: var(--_font-size);
    scroll-padding-block: 4px;
  }

  .error {
    color: var(--_danger);
  }

  /* Drawn by its borders: a page has one for every picker, and an svg each would cost more than the rest of the button. */
  .caret {
    display: grid;
    flex: none;
    inline-size: 1em;
    block-size: 1em;
    place-items: center;
  }

  .caret::before {
    inline-size: 0.4em;
    block-size: 0.4em;
    border: solid currentColor;
    border-width: 0 0.11em 0.11em 0;
    border-end-end-radius: 0.06em;
    transform: translateY(-22%) rotate(45deg);
    content: '';
  }

  .visually-hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .skeleton {
    border-radius: var(--_chip-radius);
    background: color-mix(in oklab, var(--_text) 10%, transparent);
    /* Nothing is shown for what takes less than a second; the place is kept from the start. */
    animation: appear 0.3s 1s both;
  }

  @keyframes appear {
    from {
      opacity: 0;
    }
  }

  svg {
    display: block;
    flex: none;
    inline-size: 1em;
    block-size: 1em;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.6;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    ::before,
    ::after {
      animation-duration: 0.01ms !important;
      animation-iteration-count: 1 !important;
      transition: none !important;
    }
  }

  @media (forced-colors: active) {
    .button,
    .popup {
      border-color: CanvasText;
    }

    .button.primary,
    .button.danger {
      border-color: ButtonText;
    }
  }
`;
