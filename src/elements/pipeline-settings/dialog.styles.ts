/** The dialog that asks before a delete, the menu of a handle, the empty state, and messages above and below the list. */
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

export const noticeStyles = css`
  .empty {
    display: grid;
    gap: 8px;
    justify-items: center;
    padding: 36px 20px 28px;
    color: var(--_text-muted);
    text-align: center;
  }

  .empty h2 {
    color: var(--_text);
    font-size: 1.2em;
    font-weight: 600;
    line-height: 1.3;
  }

  .empty p {
    max-inline-size: 34em;
    text-wrap: balance;
  }

  .empty .button {
    min-block-size: max(34px, var(--_control-size));
    margin-block-start: 10px;
    color: var(--_text);
  }

  .sketch {
    display: grid;
    gap: 5px;
    margin-block-end: 10px;
  }

  .sketch span {
    block-size: 13px;
    inline-size: 58px;
    border-radius: var(--_chip-radius);
    background: light-dark(
      oklch(from var(--_c) 0.86 min(c, 0.09) h / 1),
      oklch(from var(--_c) 0.45 min(c, 0.09) h / 1)
    );
  }

  .sketch span:nth-child(2) {
    inline-size: 82px;
  }

  .sketch span:nth-child(3) {
    inline-size: 70px;
  }

  .banner,
  .message {
    display: flex;
    align-items: center;
    gap: var(--_gap);
    min-block-size: max(44px, calc(var(--_control-size) + 4px));
    padding: 5px 14px;
    padding-inline: 14px 6px;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) + 2px);
    background: var(--_surface-raised);
  }

  .banner > svg {
    color: var(--_text-muted);
  }

  .banner[data-error] > svg,
  .message > svg {
    color: var(--_danger);
  }

  .banner > span,
  .message-text {
    flex: 1;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }

  .paused {
    margin: 0;
    color: var(--_text-muted);
    font-size: 0.93em;
  }

  /* Below the list, but always in view. */
  .message {
    position: sticky;
    inset-block-end: 12px;
    z-index: 2;
    box-shadow: var(--_shadow);
  }

  .message .link-button {
    min-block-size: max(28px, var(--_control-size));
    padding-inline: 10px;
    border-radius: calc(var(--_radius) - 2px);
  }

  @media (forced-colors: active) {
    .sketch span {
      border: 1px solid CanvasText;
    }
  }
`;
