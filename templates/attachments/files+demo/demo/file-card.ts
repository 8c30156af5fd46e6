import { h } from './dom.ts';
import { icon, type Picture } from './look.ts';

const picture: Picture = 'M6 3h8l4 4v14H6zM14 3v4h4';
const unit = 1024;
const units = ['B', 'KB', 'MB', 'GB'];

/** A number of bytes, in the largest unit of which there is one. */
export function sizeOf(bytes: number): string {
  const power = Math.min(
    units.length - 1,
    Math.floor(Math.log(Math.max(1, bytes)) / Math.log(unit)),
  );
  const value = bytes / unit ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** A file by its name, with a line about it and what can be done with it. */
export const fileCard = (
  name: string,
  hint: string,
  ...more: readonly HTMLElement[]
): HTMLElement =>
  h(
    'div',
    { class: 'file' },
    icon(picture),
    h(
      'span',
      { class: 'lines' },
      h('span', { class: 'name', dir: 'auto', title: name }, name),
      h('span', { class: 'hint' }, hint),
    ),
    ...more,
  );
