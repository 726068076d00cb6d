/** Styles of what opens beside a button. */
import { css } from '@lit/reactive-element';

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
