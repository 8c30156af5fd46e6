import type { MessageView } from '../src/contract/messages.ts';
import { h } from './dom.ts';
import { icon, iconButton } from './look.ts';
import type { Model } from './model.ts';

/** Where messages are written, and changed. */
interface Composer {
  readonly root: HTMLElement;
  /** Belongs to this conversation from now on, with the draft that was left in it. */
  show(conversationId: string): void;
  edit(message: MessageView): void;
  focus(): void;
}

/** What a composer tells. */
interface ComposerPorts {
  sent(): void;
  /** Whether the change is stored. */
  save(message: MessageView, content: string): Promise<boolean>;
}

const maxRows = 6;

/** Enter sends, Shift and Enter makes a new line, Arrow up edits the last message, Escape leaves it. */
export function createComposer(model: Model, ports: ComposerPorts): Composer {
  const drafts = new Map<string, string>();
  let conversationId: string | null = null;
  let editing: MessageView | null = null;

  const input = h('textarea', {
    rows: '1',
    'aria-label': 'Write a message',
    placeholder: 'Write a message',
    enterkeyhint: 'send',
    maxlength: '4000',
    dir: 'auto',
    input: onInput,
    keydown: onKey,
  });
  const editBar = h(
    'div',
    { class: 'edit-bar' },
    h('span', {}, 'Editing a message'),
    iconButton('close', 'Stop editing', cancel),
  );
  const button = h('button', { class: 'primary send', 'aria-label': 'Send' }, icon('send'));
  const root = h('form', { class: 'composer', submit: onSubmit }, editBar, input, button);

  function put(text: string): void {
    input.value = text;
    resize();
  }

  function resize(): void {
    input.rows = Math.min(maxRows, input.value.split('\n').length);
  }

  function onInput(): void {
    resize();
    if (conversationId === null || editing !== null) return;
    drafts.set(conversationId, input.value);
    model.signals.type(conversationId, input.value.trim() !== '');
  }

  function onKey(event: Event): void {
    const { key, shiftKey, isComposing } = event as KeyboardEvent;
    if (isComposing) return;
    if (key === 'Enter' && !shiftKey) onSubmit(event);
    else if (key === 'Escape' && editing !== null) {
      event.stopPropagation();
      cancel();
    } else if (key === 'ArrowUp' && input.value === '') editLast(event);
  }

  function editLast(event: Event): void {
    const messages = model.chat.timeline(conversationId ?? '')?.messages() ?? [];
    const last = messages.findLast(
      ({ sender, deletedAt }) => sender === model.me.id && deletedAt === null,
    );
    if (last === undefined) return;
    event.preventDefault();
    edit(last);
  }

  function edit(message: MessageView): void {
    editing = message;
    editBar.hidden = false;
    put(message.content ?? '');
    input.focus();
  }

  function stopEditing(): void {
    editing = null;
    editBar.hidden = true;
    put(drafts.get(conversationId ?? '') ?? '');
  }

  function cancel(): void {
    stopEditing();
    input.focus();
  }

  /** What could not be saved stays in the field. */
  async function save(message: MessageView, content: string): Promise<void> {
    const isSaved = content === message.content || (await ports.save(message, content));
    if (isSaved && editing === message) stopEditing();
  }

  function onSubmit(event: Event): void {
    event.preventDefault();
    const content = input.value.trim();
    if (content === '' || conversationId === null) return;
    if (editing !== null) {
      void save(editing, content);
      return;
    }
    drafts.delete(conversationId);
    put('');
    model.signals.sent();
    model.chat.send(conversationId, content);
    ports.sent();
    input.focus();
  }

  return {
    root,
    show(id) {
      if (id === conversationId) return;
      if (conversationId !== null) model.signals.type(conversationId, false);
      conversationId = id;
      stopEditing();
    },
    edit,
    focus: () => input.focus(),
  };
}
