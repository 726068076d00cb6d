import { css } from '@lit/reactive-element';

/*
 * Any colour stays readable: text and surface are its hue at fixed lightness, far enough apart for 4.5:1 whatever the
 * hue and chroma (measured: 6.4 in light, 9.1 in dark, 11 and more with more contrast).
 */
export const chipStyles = css`
  .chip {
    --_ring: light-dark(oklch(from var(--_c) 0.42 min(c, 0.12) h / 1), oklch(from var(--_c) 0.88 min(c, 0.08) h / 1));
    display: inline-flex;
    align-items: center;
    gap: 0.4em;
    min-inline-size: 0;
    max-inline-size: 100%;
    box-sizing: border-box;
    padding: 0.125em 0.6em;
    border: 1px solid transparent;
    border-radius: var(--_chip-radius);
    background: light-dark(oklch(from var(--_c) 0.95 min(c, 0.04) h / 1), oklch(from var(--_c) 0.3 min(c, 0.05) h / 1));
    color: var(--_ring);
    font-weight: 500;
    line-height: 1.4;
  }

  .chip[data-none] {
    border-color: var(--_border);
    border-style: dashed;
    background: transparent;
    color: var(--_text-muted);
  }

  .swatch {
    flex: none;
    /* Even, or a small dot comes out with corners. */
    inline-size: round(0.6em, 2px);
    block-size: round(0.6em, 2px);
    box-sizing: border-box;
    border-radius: 50%;
    background-color: var(--_c);
    box-shadow: 0 0 0 1px var(--_ring, var(--_text-muted));
  }

  [data-none] > .swatch {
    background-color: transparent;
    box-shadow:
      0 0 0 1px,
      inset 0 0 0 0.5px;
  }

  .label {
    min-inline-size: 0;
    overflow: clip;
    text-overflow: ellipsis;
    /* A name in another direction still begins at the dot. */
    text-align: -webkit-match-parent;
    text-align: match-parent;
    white-space: nowrap;
  }

  @media (prefers-contrast: more) {
    .chip {
      --_ring: light-dark(oklch(from var(--_c) 0.3 min(c, 0.08) h / 1), oklch(from var(--_c) 0.94 min(c, 0.04) h / 1));
      background: light-dark(
        oklch(from var(--_c) 0.97 min(c, 0.02) h / 1),
        oklch(from var(--_c) 0.22 min(c, 0.03) h / 1)
      );
      border-color: currentColor;
    }
  }

  @media (forced-colors: active) {
    .chip,
    .chip[data-none] {
      border-color: CanvasText;
      background: Canvas;
      color: CanvasText;
    }

    .swatch {
      forced-color-adjust: none;
      box-shadow: 0 0 0 1px CanvasText;
    }
  }
`;
