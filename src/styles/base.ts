/** Styles that every element has from the start: its custom properties with their defaults, focus, placeholders, text for screen readers. */
import { css } from '@lit/reactive-element';

export const base = css`
  :host([hidden]) {
    display: none !important;
  }

  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }

  button,
  input {
    font: inherit;
    color: inherit;
  }

  button {
    -webkit-tap-highlight-color: transparent;
    cursor: pointer;
  }

  :focus-visible {
    outline: var(--_focus-width) solid var(--_focus-ring);
    outline-offset: 1px;
  }

  .error {
    color: var(--_danger);
  }

  /* English messages in a right-to-left page, whose language has none, keep their own direction. */
  h2,
  p,
  .message,
  .message-text,
  .sentence,
  .banner > span {
    text-align: -webkit-match-parent;
    text-align: match-parent;
    unicode-bidi: plaintext;
  }

  /*
   * Two gradients that meet in a point: an SVG or a rotated box in each of a thousand pickers would take more memory than
   * the pill. Each half is a whole number of pixels wide, and higher than wide by the stroke; otherwise they do not meet.
   */
  .caret {
    --_half: round(0.28em, 1px);
    --_stroke:
      transparent calc(50% - 0.07em), currentColor calc(50% - 0.03em) calc(50% + 0.03em), transparent calc(50% + 0.07em);
    flex: none;
    inline-size: calc(2 * var(--_half));
    block-size: calc(var(--_half) + round(0.14em, 1px));
    margin-inline: 0.1em;
    background:
      linear-gradient(45deg, var(--_stroke)) left / 50% 100% no-repeat,
      linear-gradient(-45deg, var(--_stroke)) right / 50% 100% no-repeat;
    color: color-mix(in oklab, currentColor 75%, transparent);
    forced-color-adjust: none;
  }

  .visually-hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .skeleton {
    border-radius: var(--_chip-radius);
    background: color-mix(in oklab, var(--_text) 10%, transparent);
    /* Visible only if loading takes longer than a second; the space is reserved from the start. */
    animation: appear 0.3s 1s both;
  }

  @keyframes appear {
    from {
      opacity: 0;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    ::before,
    ::after {
      animation-duration: 0.01ms !important;
      animation-iteration-count: 1 !important;
      transition: none !important;
    }
  }

  @media (forced-colors: active) {
    .skeleton {
      border: 1px solid GrayText;
    }

    :disabled {
      opacity: 1 !important;
    }

    button:disabled .chip {
      border-color: GrayText;
      color: GrayText;
    }
  }
`;

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
