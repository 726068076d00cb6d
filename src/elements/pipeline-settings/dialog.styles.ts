/** The dialog that asks before a delete, and the menu of a handle. */
import { css } from 'lit';

export const dialogStyles = css`
  .dialog {
    inline-size: min(27rem, calc(100vw - 32px));
    max-block-size: calc(100dvh - 32px);
    padding: 22px;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) + 6px);
    background: var(--_surface-raised);
    color: var(--_text);
    box-shadow: var(--_shadow);
  }

  .dialog[open] {
    display: grid;
    gap: 14px;
  }

  .dialog::backdrop {
    background: rgb(10 12 18 / 0.42);
  }

  .dialog h2 {
    font-size: 1.2em;
    font-weight: 600;
    line-height: 1.3;
    overflow-wrap: anywhere;
  }

  .dialog p:not(.error) {
    margin-block-start: -8px;
    color: var(--_text-muted);
  }

  .dialog strong {
    color: var(--_text);
    font-weight: 500;
  }

  .choices {
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
  }

  .choice {
    display: flex;
    flex-wrap: wrap;
    gap: 6px 10px;
    align-items: center;
    min-block-size: max(44px, var(--_control-size));
    padding: 4px 6px 4px 12px;
    padding-inline: 12px 6px;
  }

  .choice + .choice {
    border-block-start: 1px solid var(--_border);
  }

  .choice > label {
    display: flex;
    gap: 10px;
    align-items: center;
    min-block-size: max(34px, var(--_control-size));
  }

  .choice input {
    flex: none;
    inline-size: 17px;
    block-size: 17px;
    margin: 0;
    accent-color: var(--_accent);
  }

  .choice select {
    flex: 1 1 9em;
    inline-size: 0;
    min-inline-size: 0;
    min-block-size: max(34px, var(--_control-size));
    font: inherit;
    color: inherit;
    text-overflow: ellipsis;
  }

  .menu {
    min-inline-size: 12em;
    max-inline-size: 18em;
  }

  .menu:not(:popover-open) {
    display: none;
  }

  .menu-label {
    max-inline-size: 17em;
    padding: 6px 10px 4px;
    color: var(--_text-muted);
    font-size: 0.86em;
    font-weight: 500;
    overflow-wrap: anywhere;
  }

  .menu-item {
    display: flex;
    align-items: center;
    min-block-size: max(32px, var(--_control-size));
    padding-inline: 10px;
    border-radius: calc(var(--_radius) - 2px);
    cursor: pointer;
    user-select: none;
  }

  .menu-item:hover,
  .menu-item:focus {
    background: var(--_hover);
  }

  .menu-item:focus-visible {
    outline-offset: -2px;
  }

  .menu-item[aria-disabled='true'] {
    background: transparent;
    color: color-mix(in oklab, var(--_text-muted) 70%, transparent);
    cursor: default;
  }

  @media (forced-colors: active) {
    .menu-item[aria-disabled='true'] {
      color: GrayText;
    }

    .menu-item:focus {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
  }
`;
