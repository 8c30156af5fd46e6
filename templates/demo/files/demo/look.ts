import type { UserView } from '../src/contract/users.ts';
import { h } from './dom.ts';
import { initials } from './words.ts';

/** Outlines on a grid of 24, drawn as one path. */
const icons = {
  back: 'M15 5l-7 7 7 7',
  down: 'M12 5v14M6 13l6 6 6-6',
  send: 'M4 12l16-8-5 16-3.5-6.5zM11.5 13.5L20 4',
  plus: 'M12 5v14M5 12h14',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  close: 'M6 6l12 12M18 6L6 18',
  leave: 'M14 4H6v16h8M10 12h10M16 8l4 4-4 4',
  people:
    'M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2.5 20a6.5 6.5 0 0113 0M16 4.5a3.5 3.5 0 010 6M18 14a6 6 0 013.5 6',
  chat: 'M4 5h16v11H10l-4 4v-4H4z',
  bell: 'M6 16V11a6 6 0 0112 0v5l1.5 2h-15zM10 20.5a2 2 0 004 0',
  muted: 'M6 16V11a6 6 0 019-5.2M18 11v5l1.5 2h-15M10 20.5a2 2 0 004 0M4 4l16 16',
} as const;

/** A picture by its name, or the outline of one. */
export type Picture = keyof typeof icons | `M${string}`;

/** A picture beside words, or in a button that has a name of its own. */
export function icon(picture: Picture): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', picture in icons ? icons[picture as keyof typeof icons] : picture);
  svg.append(path);
  return svg;
}

/** A button that shows a picture only. */
export const iconButton = (
  picture: Picture,
  label: string,
  click: () => void,
  className = '',
): HTMLButtonElement =>
  h(
    'button',
    { type: 'button', class: `icon-button ${className}`, 'aria-label': label, title: label, click },
    icon(picture),
  );

const tones = 8;

/** The initials of a user or a group in a colour of their own. */
export function avatar(name: string, id: string, isOnline = false): HTMLElement {
  const tone = Number.parseInt(id.slice(-4), 16) % tones;
  return h(
    'span',
    { class: `avatar tone-${tone}`, 'aria-hidden': 'true' },
    initials(name),
    isOnline ? h('span', { class: 'dot' }) : null,
  );
}

/** A user in a list of results or members. */
export const person = (user: UserView, isOnline: boolean, hint = `@${user.username}`): Node[] => [
  avatar(user.displayName, user.id, isOnline),
  h(
    'span',
    { class: 'lines' },
    h('span', { class: 'name', dir: 'auto' }, user.displayName),
    h('span', { class: 'hint' }, hint),
  ),
];
