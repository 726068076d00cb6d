/** The icons of the page. */
import type { Channel } from '../data/types.js';

/** Line icons on a 20 × 20 grid. */
const PATHS = {
  chats:
    'M4 4.5h12a1.5 1.5 0 0 1 1.5 1.5v7a1.5 1.5 0 0 1-1.5 1.5H9L5.5 17v-2.5H4A1.5 1.5 0 0 1 2.5 13V6A1.5 1.5 0 0 1 4 4.5ZM6.5 8h7M6.5 11H11',
  contacts: 'M10 10.2a3.1 3.1 0 1 0 0-6.2 3.1 3.1 0 0 0 0 6.2ZM4 16.5c.6-2.6 3-4 6-4s5.4 1.4 6 4',
  settings:
    'M3 6h7M14 6h3M3 14h3M10 14h7M12 8.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM8 16.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4Z',
  display: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 3v14M10 6.5l4.6-.9M10 10h7M10 13.5l4.6.9',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM13 13l4 4',
  send: 'M10 16.5v-13M4.5 9 10 3.5 15.5 9',
  back: 'M12.5 4.5 7 10l5.5 5.5',
  close: 'm5 5 10 10M15 5 5 15',
  details:
    'M4 3.5h12A1.5 1.5 0 0 1 17.5 5v10a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 15V5A1.5 1.5 0 0 1 4 3.5ZM12.5 3.5v13',
  sent: 'm3 10.5 3.5 3.5L13 6.5M10 13.5l.5.5L17 6.5',
  check: 'm4.5 10.5 4 4L15.5 6.5',
  leave: 'M12 3.5H5.5A1.5 1.5 0 0 0 4 5v10a1.5 1.5 0 0 0 1.5 1.5H12M8.5 10h8M13.5 6.5 17 10l-3.5 3.5',
  lock: 'M5.5 9h9A1.5 1.5 0 0 1 16 10.5v5a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 4 15.5v-5A1.5 1.5 0 0 1 5.5 9ZM6.8 9V6.5a3.2 3.2 0 0 1 6.4 0V9',
  whatsapp:
    'M10 2.8a7.2 7.2 0 0 0-6.2 10.8L3 17l3.5-.8A7.2 7.2 0 1 0 10 2.8ZM7.3 7.1c-.5 2.8 2.7 6 5.5 5.6l.7-1.5-1.8-1-.8.8a3.5 3.5 0 0 1-1.9-1.9l.8-.8-.9-1.8-1.6.6Z',
  instagram:
    'M6.5 3h7A3.5 3.5 0 0 1 17 6.5v7a3.5 3.5 0 0 1-3.5 3.5h-7A3.5 3.5 0 0 1 3 13.5v-7A3.5 3.5 0 0 1 6.5 3ZM10 13.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4ZM14 6h.01',
  web: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM3 10h14M10 3c-4.3 4.4-4.3 9.6 0 14M10 3c4.3 4.4 4.3 9.6 0 14',
  mark: 'M3.5 16.5v-6.5a6.5 6.5 0 0 1 13 0v6.5M8 16.5V10a2 2 0 0 1 4 0v6.5',
} as const;

export type IconName = keyof typeof PATHS | Channel;

const SVG = 'http://www.w3.org/2000/svg';

/** An icon. With a name it is exposed as an image, otherwise it is decorative. */
export function icon(name: IconName, label?: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 20 20');
  svg.setAttribute('class', `icon icon-${name}`);
  if (label) {
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', label);
  } else {
    svg.setAttribute('aria-hidden', 'true');
  }
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
