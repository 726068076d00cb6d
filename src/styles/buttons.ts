/** Styles of buttons of all kinds, and of icons. */
import { css } from '@lit/reactive-element';

export const buttons = css`
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

  .button:disabled {
    opacity: 0.55;
    cursor: default;
  }

  .link-button {
    min-inline-size: max(24px, var(--_control-size));
    min-block-size: max(24px, var(--_control-size));
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

  @media (forced-colors: active) {
    .button {
      border-color: CanvasText;
    }

    .button.primary,
    .button.danger {
      border-color: ButtonText;
    }
  }
`;
