import { css } from 'lit';

export const styles = css`
  :host {
    display: grid;
    gap: calc(var(--_gap) * 1.5);
    container: pipeline-settings / inline-size;
    min-inline-size: 0;
  }

  h2,
  p,
  ol {
    margin: 0;
    padding: 0;
  }

  .card {
    position: relative;
    margin: 0;
    padding: 0;
    min-inline-size: 0;
    list-style: none;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) + 4px);
    background: var(--_surface);
  }

  .row {
    display: flex;
    align-items: center;
    gap: var(--_gap);
    min-block-size: max(46px, calc(var(--_control-size) + 10px));
    padding: 4px 8px 4px 6px;
    padding-inline: 6px 8px;
    background: var(--_surface);
  }

  .row:first-child {
    border-start-start-radius: inherit;
    border-start-end-radius: inherit;
  }

  .row:last-child {
    border-end-start-radius: inherit;
    border-end-end-radius: inherit;
  }

  .row + .row {
    border-block-start: 1px solid color-mix(in oklab, var(--_border) 65%, transparent);
  }

  .row .name {
    display: flex;
    flex: 1;
    min-inline-size: 0;
  }

  .count {
    min-inline-size: 2ch;
    color: var(--_text-muted);
    font-variant-numeric: tabular-nums;
    text-align: end;
  }

  .handle {
    cursor: grab;
    touch-action: none;
  }

  .handle:active,
  .dragged .handle {
    cursor: grabbing;
  }

  .icon-button svg {
    inline-size: 1.15em;
    block-size: 1.15em;
  }

  .trash:hover {
    color: var(--_danger);
  }

  .row[data-grabbed] {
    position: relative;
    z-index: 1;
    border-radius: var(--_radius);
    outline: var(--_focus-width) solid var(--_focus-ring);
    box-shadow: var(--_shadow);
  }

  /* The place a dragged row will take. */
  .row.ghost {
    background: var(--_hover);
  }

  .row.ghost > * {
    opacity: 0.35;
  }

  .row.dragged {
    border-radius: var(--_radius);
    background: var(--_surface-raised);
    box-shadow: var(--_shadow);
    opacity: 1 !important;
    list-style: none;
  }

  .row.editing {
    display: block;
    padding: 0;
  }

  .form {
    display: grid;
    gap: 14px;
    padding: 16px;
  }

  .form .name {
    display: grid;
    gap: 6px;
  }

  .form label,
  .legend {
    font-weight: 500;
  }

  .form .field {
    inline-size: 100%;
  }

  .problem {
    font-size: 0.93em;
  }

  .palette {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    margin: 0;
    padding: 0;
    border: 0;
  }

  .legend {
    flex-basis: 100%;
    margin-block-end: 2px;
  }

  .color {
    position: relative;
    display: grid;
    place-items: center;
    inline-size: max(32px, var(--_control-size));
    block-size: max(32px, var(--_control-size));
    border-radius: 50%;
    cursor: pointer;
  }

  .color input {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }

  .dot {
    display: block;
    inline-size: 20px;
    block-size: 20px;
    border-radius: 50%;
    background-color: var(--_c);
    box-shadow: inset 0 0 0 1px rgb(0 0 0 / 0.15);
    transition: transform 0.1s;
  }

  .color:hover .dot {
    transform: scale(1.08);
  }

  .color input:checked + .dot,
  .color[data-chosen] .dot {
    outline: 2px solid var(--_text);
    outline-offset: 2px;
  }

  .color input:focus-visible + .dot {
    outline: var(--_focus-width) solid var(--_focus-ring);
    outline-offset: 4px;
  }

  .color input:checked:focus-visible + .dot {
    box-shadow:
      0 0 0 2px var(--_surface),
      0 0 0 4px var(--_text);
  }

  .custom .dot {
    background-image: conic-gradient(#f44, #fd0, #4c4, #3cf, #66f, #f4c, #f44);
  }

  .custom[data-chosen] .dot {
    background-image: none;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_gap);
    align-items: center;
    justify-content: flex-end;
  }

  .actions .button {
    min-block-size: max(32px, var(--_control-size));
  }

  .preview {
    display: flex;
    flex: 1 1 6em;
    min-inline-size: 0;
  }

  .add {
    justify-self: start;
    min-block-size: max(32px, var(--_control-size));
  }

  .hint {
    color: var(--_text-muted);
  }

  .welcome {
    display: grid;
    gap: 10px;
    justify-items: center;
    padding: 36px 20px;
    border: 1px dashed var(--_border);
    border-radius: calc(var(--_radius) + 4px);
    text-align: center;
  }

  .welcome h2 {
    font-size: 1.15em;
    font-weight: 600;
  }

  .welcome p {
    max-inline-size: 36em;
    color: var(--_text-muted);
    text-wrap: balance;
  }

  .notice {
    display: flex;
    align-items: center;
    gap: var(--_gap);
    padding: 6px 8px 6px 14px;
    padding-inline: 14px 8px;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: color-mix(in oklab, var(--_text) 4%, var(--_surface));
  }

  .notice.error {
    border-color: color-mix(in oklab, var(--_danger) 50%, transparent);
  }

  .notice-text,
  .notice > span {
    flex: 1;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }

  .skeleton {
    inline-size: 8em;
    block-size: 1.6em;
    margin-inline-start: 32px;
  }

  .menu {
    min-inline-size: 11em;
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

  .menu-item:hover:not([aria-disabled='true']),
  .menu-item:focus {
    background: var(--_hover);
  }

  .menu-item:focus-visible {
    outline-offset: -2px;
  }

  .menu-item[aria-disabled='true'] {
    color: var(--_text-muted);
    opacity: 0.7;
    cursor: default;
  }

  .dialog {
    inline-size: min(28rem, calc(100vw - 32px));
    padding: 20px;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) + 6px);
    background: var(--_surface-raised);
    color: var(--_text);
    box-shadow: var(--_shadow);
  }

  .dialog::backdrop {
    background: rgb(0 0 0 / 0.4);
  }

  .dialog form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 14px;
  }

  .dialog h2 {
    font-size: 1.15em;
    font-weight: 600;
    overflow-wrap: anywhere;
  }

  .dialog p {
    color: var(--_text-muted);
  }

  .choices {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 6px;
  }

  .choices label {
    display: flex;
    align-items: center;
    gap: 8px;
    min-block-size: max(28px, var(--_control-size));
  }

  .choices input {
    inline-size: 16px;
    block-size: 16px;
    margin: 0;
    accent-color: var(--_accent);
  }

  .choices select {
    min-inline-size: 0;
    margin-inline-start: 24px;
  }

  @container pipeline-settings (max-width: 26rem) {
    .row {
      gap: 4px;
    }

    .row .name {
      margin-inline-end: 2px;
    }
  }

  @media (forced-colors: active) {
    .row[data-grabbed],
    .color input:checked + .dot,
    .color[data-chosen] .dot {
      outline-color: Highlight;
    }

    .dot {
      forced-color-adjust: none;
    }
  }
`;
