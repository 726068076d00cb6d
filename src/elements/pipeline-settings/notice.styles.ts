/** The empty state, and messages above and below the list. */
import { css } from 'lit';

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
