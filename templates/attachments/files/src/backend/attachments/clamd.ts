import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { attachmentLimits } from '../../configs/attachment-limits.ts';
import { AppError } from '../../platform/errors/app-error.ts';

const mostSigns = 1_000; // of an answer

/**
 * Whether clamd finds something in these bytes.
 *
 * @throws AppError `unavailable` where it does not say so in `attachmentLimits.scanMs`
 * @see clamd(8), INSTREAM
 */
export async function scan(source: AsyncIterable<Uint8Array>, address: string): Promise<boolean> {
  const signal = AbortSignal.timeout(attachmentLimits.scanMs);
  const socket = connect({ ...placeOf(address), signal });
  try {
    // Not ended: clamd takes a half-closed connection for one whose client has gone.
    await pipeline(instream(source), socket, { end: false, signal });
    return isFound(await answerOf(socket));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('unavailable', { cause: error });
  } finally {
    socket.destroy();
  }
}

/** A path of a socket, or a host and a port. */
function placeOf(address: string): NetConnectOpts {
  if (address.startsWith('/')) return { path: address };
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replaceAll(/^\[|\]$/g, '');
  return { host, port: Number(address.slice(at + 1)) };
}

/** Each piece after its length, and a length of 0 at the end: an empty piece would be the end. */
async function* instream(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield Buffer.from('zINSTREAM\0');
  for await (const piece of source) {
    if (piece.length === 0) continue;
    yield lengthOf(piece);
    yield piece;
  }
  yield lengthOf([]);
}

function lengthOf({ length }: { readonly length: number }): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

/** Its first line, which ends with NUL, or what it says instead until it hangs up. */
async function answerOf(socket: Socket): Promise<string> {
  let answer = '';
  for await (const chunk of socket) {
    answer += String(chunk);
    if (answer.includes('\0') || answer.length > mostSigns) break;
  }
  return answer.slice(0, mostSigns);
}

/** Fails closed: whatever is no verdict counts as none, such as a file above its own limits. */
function isFound(answer: string): boolean {
  const [, verdict] = /^stream: (OK|[^\0]+ FOUND)\0/.exec(answer) ?? [];
  if (verdict !== undefined) return verdict !== 'OK';
  throw new AppError('unavailable', { cause: new Error(`clamd answered: ${answer}`) });
}
