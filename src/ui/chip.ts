/** What a status's chip looks like: its parts, color and styles. Without templates, which a closed picker does not load. */
import { css } from '@lit/reactive-element';
import { DEFAULT_COLOR } from '../model/status.js';
import { statusSlug } from '../model/status.js';

/** What a chip shows of a status. */
export type ChipStatus = Readonly<Record<'name' | 'color', string>>;

/** The `part` attribute of a status's chip. */
export function chipParts(status: ChipStatus | undefined): string {
  const slug = status && statusSlug(status.name);
  return slug ? `chip status-${slug}` : 'chip';
}

/** The value of `--_c`: the page's `--pipeline-status-{slug}`, or else the color of the status. */
export function chipColor(status: ChipStatus | undefined): string {
  const slug = status ? statusSlug(status.name) : '';
  const color = status?.color ?? DEFAULT_COLOR;
  return slug ? `var(--pipeline-status-${slug}, ${color})` : color;
}

/**
 * Readable in any color: text and background have its hue at fixed lightnesses, far enough apart for a contrast of 4.5:1
 * at every hue and chroma (measured: at least 6.4 in light, 9.1 in dark, 11 with `prefers-contrast: more`).
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
    /* An even number of pixels: at odd sizes a small dot has corners. */
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
    /* A name in the other direction also starts at the dot. */
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
