import { mentionable } from '../client/mentions.ts';
import type { UserView } from '../src/contract/users.ts';
import { h } from './dom.ts';
import { person } from './look.ts';
import { beginningAt } from './mention-names.ts';
import type { ComposerPart, ComposerPorts, Page } from './part.ts';

/** A pause in the typing that starts a search, in milliseconds. */
const pauseMs = 150;
const most = 5;

/** What can be chosen: a member, or all of them. */
interface Choice {
  readonly name: string;
  readonly nodes: readonly Node[];
}

/** A list of names to choose from while one is typed, by the arrows, Enter or Tab. */
export function createSuggestions(page: Page, ports: ComposerPorts): ComposerPart {
  const { input } = ports;
  const id = `names-${ports.place}`;
  const list = h('ul', { class: 'suggestions', id, role: 'listbox', 'aria-label': 'Members' });
  const bar = h('div', { class: 'suggesting', hidden: true }, list);
  let choices: readonly Choice[] = [];
  let chosen = 0;
  let turn = 0;
  let asked: string | null = null;

  input.setAttribute('aria-autocomplete', 'list');

  function show(next: readonly Choice[]): void {
    choices = next;
    chosen = 0;
    bar.hidden = next.length === 0;
    list.replaceChildren(...next.map(drawChoice));
    point();
  }

  function drawChoice({ nodes }: Choice, index: number): HTMLElement {
    const option = h('li', { class: 'row', role: 'option', id: `${id}-${index}` }, ...nodes);
    // The field keeps the focus.
    option.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      choose(index);
    });
    return option;
  }

  function point(): void {
    [...list.children].forEach((option, index) =>
      option.setAttribute('aria-selected', String(index === chosen)),
    );
    if (choices.length === 0) {
      input.removeAttribute('aria-activedescendant');
      input.removeAttribute('aria-controls');
      return;
    }
    input.setAttribute('aria-controls', id);
    input.setAttribute('aria-activedescendant', `${id}-${chosen}`);
    list.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }

  function choose(index: number): void {
    const at = beginningAt(input.value, input.selectionStart);
    const choice = choices[index];
    hide();
    if (at === null || choice === undefined) return;
    const before = `${input.value.slice(0, at.start)}@${choice.name} `;
    const after = input.value.slice(input.selectionStart).replace(/^ /, '');
    ports.put(before + after);
    input.setSelectionRange(before.length, before.length);
  }

  function hide(): void {
    turn += 1;
    asked = null;
    show([]);
  }

  async function typed(): Promise<void> {
    const at =
      document.activeElement === input ? beginningAt(input.value, input.selectionStart) : null;
    if (at === null) return asked === null ? undefined : hide();
    const wanted = `${ports.conversationId()} ${at.start} ${at.prefix}`;
    if (wanted === asked) return;
    asked = wanted;
    const own = ++turn;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    if (own !== turn) return;
    const users = await mentionable(page.model.api, ports.conversationId(), at.prefix).catch(
      () => [],
    );
    if (own === turn) show([...users.map(toChoice), ...everybody(at.prefix)].slice(0, most));
  }

  function toChoice(user: UserView): Choice {
    page.model.people.keep(user);
    return { name: user.username, nodes: person(user, page.model.isOnline(user.id)) };
  }

  /** All, and those who are here: in groups only. */
  function everybody(prefix: string): Choice[] {
    if (page.model.list.get(ports.conversationId())?.otherUser !== null) return [];
    const names = { all: 'Everybody in the group', here: 'Everybody who is online' };
    return Object.entries(names)
      .filter(([name]) => name.startsWith(prefix.toLowerCase()))
      .map(([name, hint]) => ({
        name,
        nodes: [
          h('span', { class: 'avatar everybody', 'aria-hidden': 'true' }, '@'),
          h(
            'span',
            { class: 'lines' },
            h('span', { class: 'name' }, `@${name}`),
            h('span', { class: 'hint' }, hint),
          ),
        ],
      }));
  }

  function keydown(event: KeyboardEvent): boolean {
    if (choices.length === 0) return false;
    const { key, shiftKey } = event;
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      const step = key === 'ArrowDown' ? 1 : choices.length - 1;
      chosen = (chosen + step) % choices.length;
      point();
    } else if (key === 'Enter' || (key === 'Tab' && !shiftKey)) choose(chosen);
    else if (key === 'Escape') show([]);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  input.addEventListener('blur', hide);
  return { bar, keydown, typed: () => void typed(), clear: hide };
}
