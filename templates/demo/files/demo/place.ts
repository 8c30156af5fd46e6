/** The open conversation in the address, so that the browser's own Back leads to the list. */
export interface Place {
  /** What the address names. */
  readonly conversationId: string | null;
  open(conversationId: string): void;
  /** Back to the list. */
  leave(): void;
  stop(): void;
}

/** Follows the address; `moved` hears of every change. */
export function createPlace(moved: (conversationId: string | null) => void): Place {
  const read = (): string | null => /^#([0-9a-f]{24})$/.exec(location.hash)?.[1] ?? null;
  const onPop = (): void => moved(read());
  window.addEventListener('popstate', onPop);

  function put(hash: string, isNew: boolean): void {
    const url = `${location.pathname}${hash}`;
    if (isNew) history.pushState({ isFromList: true }, '', url);
    else history.replaceState(history.state, '', url);
    onPop();
  }

  return {
    get conversationId() {
      return read();
    },
    // From one conversation to another the list stays one step back.
    open: (conversationId) => put(`#${conversationId}`, read() === null),
    leave() {
      const state = history.state as { isFromList?: boolean } | null;
      if (state?.isFromList) history.back();
      else put('', false);
    },
    stop() {
      window.removeEventListener('popstate', onPop);
      history.replaceState(null, '', location.pathname);
    },
  };
}
