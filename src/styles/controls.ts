import { css } from '@lit/reactive-element';
import { buttons } from './buttons.js';

/** Buttons of all kinds, and fields. */
export const controls = css`
  ${buttons}

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
    color: var(--_on-danger);
  }

  .icon-button {
    display: inline-grid;
    flex: none;
    place-items: center;
    inline-size: max(var(--_control-size), 1.4em);
    block-size: max(var(--_control-size), 1.4em);
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

  @media (forced-colors: active) {
    .button.primary,
    .button.danger {
      border-color: ButtonText;
    }
  }
`;
