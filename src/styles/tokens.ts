/** Custom properties of text, lines and chips, with their defaults. */
import { css } from '@lit/reactive-element';

/**
 * `--pipeline-*` is set by the page, and inherited; `--_*` is used by the other style sheets. Light and dark follow the
 * page's `color-scheme`.
 */
export const tokens = css`
  :host {
    --_text: var(--pipeline-text, light-dark(#1a1c20, #eceef2));
    --_text-muted: var(--pipeline-text-muted, light-dark(#5c6270, #a2a8b6));
    --_border: var(--pipeline-border, light-dark(#d5d8df, #3c3f47));
    --_accent: var(--pipeline-accent, light-dark(#2459d3, #8fb0ff));
    --_danger: var(--pipeline-danger, light-dark(#c01f3a, #ff8f9c));
    --_focus-ring: var(--pipeline-focus-ring, var(--_accent));
    --_focus-width: var(--pipeline-focus-width, 2px);
    --_font: var(--pipeline-font, inherit);
    --_font-size: var(--pipeline-font-size, 0.875rem);
    --_chip-radius: var(--pipeline-chip-radius, 999px);
    --_gap: var(--pipeline-gap, 8px);
    /* White text where its contrast is at least 4.5:1, which is up to a luminance of 0.18; above that, black has more. */
    --_k: clamp(0, (0.18 - (0.2126 * r + 0.7152 * g + 0.0722 * b)) * 1e6, 1);
    --_on-danger: color(from var(--_danger) srgb-linear var(--_k) var(--_k) var(--_k) / 1);
    color: var(--_text);
    font-family: var(--_font);
    font-size: var(--_font-size);
    line-height: 1.4;
  }

  @media (prefers-contrast: more) {
    :host {
      --_border: var(--pipeline-border, light-dark(#6b7080, #9aa0ae));
      --_text-muted: var(--pipeline-text-muted, light-dark(#3d424d, #ced3de));
    }
  }
`;
