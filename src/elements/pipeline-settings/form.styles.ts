/** The forms to add and to edit a status, with their buttons and text fields. */
import { css } from '@lit/reactive-element';
import { buttons } from '../../styles/buttons.js';

export const formStyles = css`
  .form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 14px;
    padding: 16px 14px 14px;
  }

  .list + .foot .form,
  .editing .form {
    background: color-mix(in oklab, var(--_text) 2.5%, transparent);
  }

  .foot .form {
    border-end-start-radius: calc(var(--_radius) + 3px);
    border-end-end-radius: calc(var(--_radius) + 3px);
  }

  .editing:first-child .form {
    border-start-start-radius: calc(var(--_radius) + 3px);
    border-start-end-radius: calc(var(--_radius) + 3px);
  }

  .form .group {
    display: grid;
    gap: 6px;
    min-inline-size: 0;
  }

  .form .group > label,
  .legend {
    justify-self: start;
    font-size: 0.93em;
    font-weight: 500;
  }

  .form .field {
    inline-size: 100%;
    max-inline-size: 26em;
    min-block-size: max(36px, var(--_control-size));
  }

  .problem {
    display: flex;
    gap: 6px;
    align-items: baseline;
    font-size: 0.93em;
    overflow-wrap: anywhere;
  }

  .problem svg {
    translate: 0 0.15em;
  }

  .hint {
    color: var(--_text-muted);
    font-size: 0.93em;
    overflow-wrap: anywhere;
  }

  .palette {
    display: flex;
    flex-wrap: wrap;
    gap: 2px;
    /* Aligns the dots with the fields; their click targets are larger. */
    margin-inline: calc((24px - max(34px, var(--_control-size))) / 2);
  }

  .color {
    position: relative;
    display: grid;
    place-items: center;
    inline-size: max(34px, var(--_control-size));
    block-size: max(34px, var(--_control-size));
    cursor: pointer;
  }

  .color input {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    margin: 0;
    padding: 0;
    border: 0;
    opacity: 0;
    cursor: pointer;
  }

  .dot {
    display: grid;
    place-items: center;
    inline-size: 22px;
    block-size: 22px;
    border-radius: 50%;
    background-color: var(--_c);
    /* White up to a luminance of 0.3, where its contrast is at least 3:1; otherwise black, with at least 7:1. */
    --_k: clamp(0, (0.3 - (0.2126 * r + 0.7152 * g + 0.0722 * b)) * 1e6, 1);
    color: color(from var(--_c) srgb-linear var(--_k) var(--_k) var(--_k) / 1);
    box-shadow: inset 0 0 0 1px rgb(0 0 0 / 0.14);
    transition:
      scale 0.12s,
      box-shadow 0.12s;
    pointer-events: none;
  }

  .dot svg {
    inline-size: 14px;
    block-size: 14px;
    stroke-width: 2.2;
    visibility: hidden;
  }

  .color:hover .dot {
    scale: 1.12;
  }

  .color input:checked + .dot,
  .color[data-chosen] .dot {
    box-shadow:
      0 0 0 2px var(--_surface),
      0 0 0 4px var(--_c);
  }

  .color input:checked + .dot svg,
  .color.custom .dot svg {
    visibility: visible;
  }

  .color input:focus-visible + .dot {
    outline: var(--_focus-width) solid var(--_focus-ring);
    outline-offset: 4px;
  }

  .custom:not([data-chosen]) .dot {
    border: 3px solid transparent;
    background:
      linear-gradient(var(--_surface), var(--_surface)) padding-box,
      conic-gradient(#fb0547, #f5a500, #03a74d, #13a8c4, #2775f8, #8b00f6, #fb0547) border-box;
    color: var(--_text-muted);
    box-shadow: none;
  }

  .custom:not([data-chosen]) .dot svg {
    inline-size: 10px;
    block-size: 10px;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_gap);
    align-items: center;
    justify-content: flex-end;
  }

  .actions .button {
    min-block-size: max(34px, var(--_control-size));
    padding-inline: 14px;
  }

  .button[aria-disabled='true'] {
    opacity: 0.55;
    cursor: default;
  }

  /* A long name wraps to its own line. */
  .preview {
    display: flex;
    flex: 1 1 auto;
    min-inline-size: 0;
  }

  @media (forced-colors: active) {
    .dot {
      forced-color-adjust: none;
    }

    .color input:checked + .dot,
    .color[data-chosen] .dot {
      outline: 2px solid Highlight;
      outline-offset: 2px;
    }

    .color input:focus-visible + .dot {
      outline: 3px double Highlight;
      outline-offset: 3px;
    }
  }
`;

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
