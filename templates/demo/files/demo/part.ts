import type { OutgoingMessage, Sent } from '../client/outbox.ts';
import type { ConversationView } from '../src/contract/conversations.ts';
import type { MessageView } from '../src/contract/messages.ts';
import type { Found } from './finder.ts';
import type { Model } from './model.ts';
import type { Attempt } from './words.ts';

/** What a feature of the backend adds to the page. `parts.ts` lists those of this project. */
export interface Part {
  /** A message as it is to be shown, such as with what is under way. */
  seen?(message: MessageView): MessageView;
  /** Whether it has its place elsewhere, and none among the messages of its conversation. */
  isElsewhere?(message: MessageView | OutgoingMessage): boolean;
  /** Above the content of a message. */
  above?(message: MessageView): Piece | null;
  /** Beside the time of a message. */
  beside?(message: MessageView): Piece | null;
  /** Where the content of a message begins, in its bubble. */
  inside?(message: MessageView, place: Place): Piece | null;
  /** Below the bubble of a message. */
  below?(message: MessageView, place: Place): Piece | null;
  /** What stands out in the content of a message. */
  marks?(message: MessageView): readonly Mark[];
  /** Words for a message that has no content. */
  words?(message: MessageView): string | null;
  /** What can be done with a message that is there. */
  actions?(message: MessageView, place: Place): readonly Action[];
  /** A row of buttons above the actions; `done` closes their menu. */
  quick?(message: MessageView, done: () => void): HTMLElement | null;
  /** Shows a message that has its place elsewhere; its conversation is open. */
  reveal?(message: MessageView): Promise<void>;
  /** Its part of a place where messages are written. */
  composer?(ports: ComposerPorts): ComposerPart;
  /** In the bar of the open conversation. */
  readonly bar?: Region;
  /** Between that bar and the messages. */
  readonly top?: Region;
  /** Beside the messages of the open conversation. */
  readonly side?: Region;
  /** What the list of conversations says besides what is unread. */
  badge?(row: ConversationView): Badge | null;
  /** A level of notifications that means something with this feature. */
  readonly level?: 'mentions';
  /** What else the field above the list finds. */
  find?(text: string): Promise<readonly Found[]>;
}

/** Makes the part of a feature for a page that somebody has signed in to. */
export type CreatePart = (page: Page) => Part;

/** What parts get of the page. */
export interface Page {
  readonly model: Model;
  readonly parts: readonly Part[];
  /** Does something with messages, and says below them what went wrong. */
  readonly attempt: Attempt;
  /** Something to show has changed. */
  changed(): void;
  /** Opens the conversation of a message and shows it, wherever it stands. */
  reveal(message: MessageView): Promise<void>;
}

/** Where messages are shown: among those of the conversation, or in a region beside them. */
export type Place = 'conversation' | 'side';

/** Something to draw, and a text that changes with it. */
export interface Piece {
  readonly version: string;
  draw(): HTMLElement;
}

/** A stretch of a text that stands out. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly className: string;
}

/** An entry of a menu; those of the page itself stand at `editing` and behind. */
export interface Action {
  readonly label: string;
  readonly order: number;
  run(): void;
}

/** The place of "Edit" in a menu. */
export const editing = 10;

/** A part of the open conversation that follows what is shown. */
export interface Region {
  readonly root: HTMLElement;
  show(row: ConversationView): void;
}

/** A short sign, and the same in words. */
export interface Badge {
  readonly text: string;
  readonly spoken: string;
}

/** What a place where messages are written offers to parts. */
export interface ComposerPorts {
  readonly place: Place;
  readonly input: HTMLTextAreaElement;
  /** The conversation it belongs to; empty while none is open. */
  conversationId(): string;
  /** What can be sent has changed. */
  changed(): void;
  /** Puts a text instead of what is written. */
  put(text: string): void;
}

/** What a part does where messages are written. */
export interface ComposerPart {
  /** Above the field. */
  readonly bar?: HTMLElement;
  /** Before the field. */
  readonly tool?: HTMLElement;
  /** Whether there is something to send besides words. */
  hasContent?(): boolean;
  /** Why nothing can be sent now; empty: it can. */
  whyNot?(): string;
  /** Whom the next message answers. */
  addressee?(): string | null;
  /** Its fields of a send. */
  sent?(content: string, addressees: readonly string[]): Sent;
  /** Its fields of an edit. */
  edited?(content: string, message: MessageView): object;
  /** Takes files that were pasted or dropped. */
  files?(files: readonly File[]): void;
  /** A message was sent, or another conversation is open: what was chosen for one is over. */
  clear?(): void;
  /** Something was typed, or the caret has moved. */
  typed?(): void;
  /** Whether a key was meant for it. */
  keydown?(event: KeyboardEvent): boolean;
}

/** A message as the parts want it shown. */
export const seen = ({ parts }: Page, message: MessageView): MessageView =>
  parts.reduce((state, part) => part.seen?.(state) ?? state, message);

/** Whether it has its place among the messages of its conversation. */
export const isHere = ({ parts }: Page, message: MessageView | OutgoingMessage): boolean =>
  !parts.some((part) => part.isElsewhere?.(message));

/** A message in one line of words. */
export function inWords({ parts }: Page, message: MessageView): string {
  if (message.content === null) return 'Message deleted';
  if (message.content !== '') return message.content;
  for (const part of parts) {
    const words = part.words?.(message);
    if (words) return words;
  }
  return '';
}
