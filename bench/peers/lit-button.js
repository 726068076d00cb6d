// The lower bound for Lit: a pill that looks the same, and a popup created when it opens. No data layer, keyboard
// support, localization or form support.
import { css, html, LitElement, nothing } from 'lit';
import { rowsOf } from '../page/rows.js';

let statuses;

class LitButton extends LitElement {
  static properties = { status: { attribute: false }, isOpen: { state: true } };

  static styles = css`
    button {
      padding: 0;
      border: 0;
      background: transparent;
      font: inherit;
    }
    .chip {
      display: inline-flex;
      align-items: center;
      gap: 0.4em;
      padding: 2px 10px;
      border-radius: 99px;
      background: color-mix(in oklab, var(--color) 20%, white);
    }
    .swatch {
      inline-size: 10px;
      block-size: 10px;
      border-radius: 50%;
      background: var(--color);
    }
    [popover] {
      padding: 4px;
    }
    [role='option'] {
      padding: 4px 8px;
    }
  `;

  render() {
    return html`<button
        aria-haspopup="listbox"
        aria-expanded=${this.isOpen ? 'true' : 'false'}
        @click=${this.#handleClick}
      >
        <span class="chip"
          ><span class="swatch"></span><span class="label">${this.status.name}</span
          ><svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true"><path d="m1 3 4 4 4-4" /></svg
        ></span>
      </button>
      ${
        this.isOpen
          ? html`<div popover="manual" role="listbox">
              ${statuses.map(
                ({ id, name }) =>
                  html`<div role="option" tabindex="-1" aria-selected=${id === this.status.id ? 'true' : 'false'}>
                    ${name}
                  </div>`,
              )}
            </div>`
          : nothing
      }`;
  }

  updated(changed) {
    if (changed.has('status')) this.style.setProperty('--color', this.status.color);
    if (!this.isOpen || !changed.has('isOpen')) return;
    const popup = this.renderRoot.querySelector('[popover]');
    popup.showPopover();
    const { left, bottom } = this.getBoundingClientRect();
    Object.assign(popup.style, { margin: '0', left: `${left}px`, top: `${bottom}px` });
    popup.querySelector('[aria-selected=true]').focus();
  }

  #handleClick = () => (this.isOpen = !this.isOpen);
}
customElements.define('lit-button', LitButton);

const byId = () => new Map(statuses.map((status) => [status.id, status]));

export function prepare(data) {
  statuses = data.statuses;
}

export function mount(main, rows) {
  const held = byId();
  rowsOf(({ statusId }) => Object.assign(document.createElement('lit-button'), { status: held.get(statusId) })).mount(
    main,
    rows,
  );
}

export const unmount = (main) => main.replaceChildren();
export const isReady = (button) => button.hasUpdated;
export const shown = (button) => button.renderRoot.querySelector('.label').textContent;
export const isOpen = (button) => button.renderRoot.querySelector(':popover-open') !== null;
export const close = (button) => (button.isOpen = false);

export function rename(status) {
  statuses = statuses.map((each) => (each.id === status.id ? status : each));
  for (const button of document.querySelectorAll('lit-button'))
    if (button.status.id === status.id) button.status = status;
}
