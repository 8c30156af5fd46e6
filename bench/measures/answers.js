import { interleave } from '../statistics.js';
import { openCrowd, sendersOf } from './messages.js';

const ROUNDS = 5;
const SECONDS = 1.5;
const LOAD = 0.1; // of what it can do

/** How long an answer takes when there is little to do. */
export const answers = {
  rows: ['B5'],
  async run(backend) {
    const { server, generator } = await openCrowd(backend, 'ours');
    const driver = backend.driver();
    const senders = sendersOf(backend.rooms[2], 400);
    const talk = (options) =>
      generator.ask({ work: 'talk', senders, seconds: SECONDS, ...options });
    await talk({ inFlight: 400 });
    const most = await talk({ inFlight: 400 });
    const rate = (most.messages / most.seconds) * LOAD;
    const values = await interleave(ROUNDS, {
      ours: async () => (await talk({ rate })).answer,
      peer: async () => (await driver.ask({ work: 'insert', seconds: SECONDS })).middle,
    });
    for (const one of [generator, driver, server]) await one.stop();
    return { B5: values };
  },
};
