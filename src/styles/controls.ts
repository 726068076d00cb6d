/** Styles of buttons and text fields. */
import { css } from '@lit/reactive-element';
import { buttons } from './buttons.js';

export const controls = css`
  ${buttons}

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
`;
