/** Who takes part, as the parent says it. */
export interface Part {
  readonly name: string;
  readonly url: string;
  readonly room: string;
  readonly session: object;
  /** `chat` writes with the reference client, `plain` sends ahead on a bare socket. */
  readonly how: 'chat' | 'plain' | 'reader';
  /** Messages a second; 0 is as fast as answers come. */
  readonly perSecond: number;
}
