/** Styles of a popup, and of a searchable list of statuses in it. */
import { css } from '@lit/reactive-element';

export const optionList = css`
  .popup {
    display: flex;
    flex-direction: column;
    inline-size: max-content;
    padding: 0;
    overflow: hidden;
  }

  .popup:not(:popover-open) {
    display: none;
  }

  .search-row {
    display: flex;
    flex: none;
    align-items: center;
    gap: 6px;
    padding: 0 10px;
    border-block-end: 1px solid var(--_border);
    color: var(--_text-muted);
  }

  .search {
    flex: 1;
    min-inline-size: 0;
    min-block-size: max(38px, var(--_control-size));
    padding: 0;
    border: 0;
    outline: 0;
    background: transparent;
    color: var(--_text);
  }

  .search-row:focus-within {
    box-shadow: inset 0 calc(-1 * var(--_focus-width)) var(--_focus-ring);
  }

  .options {
    min-block-size: 0;
    padding: 4px;
    overflow: auto;
    overscroll-behavior: contain;
    scroll-padding-block: 4px;
  }

  .option {
    display: flex;
    align-items: center;
    gap: 6px;
    min-block-size: max(32px, var(--_control-size));
    padding-block: 3px;
    padding-inline: 6px 10px;
    border-radius: calc(var(--_radius) - 2px);
    cursor: pointer;
    user-select: none;
  }

  .option:hover,
  .option:focus,
  .option:has(:focus-visible),
  .option[data-active] {
    background: var(--_hover);
  }

  .option:focus-visible,
  .option:has(:focus-visible),
  .option[data-active] {
    outline: var(--_focus-width) solid var(--_focus-ring);
    outline-offset: -2px;
  }

  .option[data-none]:not(:first-child) {
    position: relative;
    margin-block-start: 9px;
  }

  .option[data-none]:not(:first-child)::before {
    position: absolute;
    inset-block-start: -5px;
    inset-inline: 2px;
    border-block-start: 1px solid var(--_border);
    content: '';
  }

  .option .chip {
    border-radius: min(var(--_chip-radius), 1em);
  }

  /* The whole name, on as many lines as it needs. */
  .option .label {
    max-inline-size: 20em;
    white-space: normal;
    overflow-wrap: anywhere;
    text-wrap: pretty;
  }

  .empty {
    max-inline-size: 18em;
    margin: 0;
    padding: 12px;
    color: var(--_text-muted);
    overflow-wrap: anywhere;
  }

  .empty .link-button {
    display: block;
    margin: 4px -0.4em -4px;
  }

  /* iOS zooms into fields with smaller text. */
  @media (pointer: coarse) {
    .search {
      font-size: 16px;
    }
  }
`;

export const popup = css`
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

  @media (forced-colors: active) {
    .popup {
      border-color: CanvasText;
    }
  }
`;
