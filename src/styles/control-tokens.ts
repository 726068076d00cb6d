/** Custom properties of surfaces and controls (cards, buttons, fields, popups), with their defaults. */
import { css } from '@lit/reactive-element';

/** Not part of `tokens`: a closed picker has no such parts, and every property is computed for each of a thousand. */
export const controlTokens = css`
  :host {
    --_surface: var(--pipeline-surface, light-dark(#ffffff, #17181b));
    --_surface-raised: var(--pipeline-surface-raised, light-dark(#ffffff, #212226));
    --_radius: var(--pipeline-radius, 8px);
    --_control-size: var(--pipeline-control-size, 28px);
    --_hover: color-mix(in oklab, var(--_text) 5%, transparent);
    --_on-accent: color(from var(--_accent) srgb-linear var(--_k) var(--_k) var(--_k) / 1);
    --_shadow: 0 1px 2px rgb(0 0 0 / 0.08), 0 8px 28px rgb(0 0 0 / 0.16);
  }

  @media (pointer: coarse) {
    :host {
      --_control-size: var(--pipeline-control-size, 44px);
    }
  }
`;
