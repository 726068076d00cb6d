/** The frame of the settings, and the placeholder shown while they load. */
import { css } from '@lit/reactive-element';

export const styles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: calc(var(--_gap) * 1.5);
    container: pipeline-settings / inline-size;
  }

  .card {
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) + 4px);
    background: var(--_surface);
  }

  .row {
    position: relative;
    display: flex;
    align-items: center;
    gap: 2px;
    min-block-size: max(46px, calc(var(--_control-size) + 4px));
    padding-inline: 6px 8px;
    scroll-margin-block: 72px;
  }

  /* As high as the name or the button that replaces it, and in the same place. */
  .skeleton {
    inline-size: 7em;
    block-size: calc(1.65em + 2px);
    margin: 4px calc(max(32px, var(--_control-size)) + 6px);
  }

  :host([readonly]) .skeleton {
    margin-inline: 10px;
  }

  .row:nth-child(3) .skeleton {
    inline-size: 9em;
  }

  .place .skeleton {
    block-size: 1.4em;
  }

  @container pipeline-settings (max-width: 30rem) {
    .row {
      gap: 0;
      padding-inline: 2px 4px;
    }
  }
`;
