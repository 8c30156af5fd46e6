import type { Acknowledgement } from './errors.ts';
import type { CommandName, CommandOutput, CommandPayload, NoticeName, Notices } from './index.ts';

/** Events of the client, as Socket.IO types them. */
export type ClientToServerEvents = {
  [Name in CommandName]: (
    payload: CommandPayload<Name>,
    acknowledge: (answer: Acknowledgement<CommandOutput<Name>>) => void,
  ) => void;
};
/** Events of the server. */
export type ServerToClientEvents = { [Name in NoticeName]: (payload: Notices[Name]) => void };
