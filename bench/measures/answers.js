import { interleave } from '../statistics.js';
import { openCrowd, sendersOf } from './messages.js';

const ROUNDS = 5;
const SECONDS = 1.5;
const RATE = 100;
const TENTH = 0.1; // of what it can do

/** How long an answer takes when there is little to do, beside an insert that is asked as often. */
export const answers = {
  rows: ['B5'],
  async run(backend) {
    const { server, generator } = await openCrowd(backend, 'ours');
    const driver = backend.driver();
    const senders = sendersOf(backend.rooms[2], 400);
    const talk = (options) =>
      generator.ask({ work: 'talk', senders, seconds: SECONDS, ...options });
    const insert = (rate) => driver.ask({ work: 'insert', seconds: SECONDS, rate });
    await talk({ inFlight: 400 });
    const most = await talk({ inFlight: 400 });
    const tenth = (most.messages / most.seconds) * TENTH;
    const values = await interleave(ROUNDS, {
      ours: async () => (await talk({ rate: RATE })).answer,
      peer: async () => (await insert(RATE)).middle,
      oursTenth: async () => (await talk({ rate: tenth })).answer,
      peerTenth: async () => (await insert(tenth)).middle,
    });
    for (const one of [generator, driver, server]) await one.stop();
    return {
      B5: { ours: values.ours, peer: values.peer },
      'B5.tenth': { ours: values.oursTenth, peer: values.peerTenth },
    };
  },
};
