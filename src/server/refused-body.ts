import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { writeLog } from '#http/log.ts';

/** How much of refused bodies is read before their senders are cut off. */
export interface RefusedBodyBounds {
  readonly bytesMax: number;
  /** For the whole body. */
  readonly drainMsMax: number;
  /** Between two pieces of a body. */
  readonly silenceMsMax: number;
  /** When one more comes, the oldest is cut off. */
  readonly sendersMax: number;
  /** How long a sender that is being cut off can still read the response, while its data is discarded. */
  readonly lingerMs: number;
}

const defaults: RefusedBodyBounds = {
  bytesMax: 32 * 1024 * 1024,
  // 32 MiB take 134 s at 2 Mbit/s.
  drainMsMax: 150_000,
  silenceMsMax: 15_000,
  sendersMax: 64,
  lingerMs: 2_000,
};

/** Untyped, because the methods of a response are overloaded and the arguments are passed on unchanged. */
type Method<T> = (...args: unknown[]) => T;

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;

function throwAway(body: Readable): Readable {
  // The handler's remaining listeners would keep the pieces in memory, or pause the stream for a reader that has ended,
  // as a pipe does when its other end is destroyed.
  body.unpipe();
  return body
    .removeAllListeners('data')
    .removeAllListeners('readable')
    .on('data', () => {})
    .resume();
}

interface Refusal {
  status: number;
  error: string;
}

/** Says why Node could not read a request. */
function explain(error: Error, hasLength: boolean, followsBody: boolean): Refusal {
  switch ('code' in error ? error.code : null) {
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, error: 'Headers are too long' };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, error: 'Chunk extensions are too long' };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: 408,
        error: hasLength
          ? 'Body did not arrive in time: is it shorter than its Content-Length?'
          : 'Request did not arrive in time',
      };
    case 'HPE_INVALID_EOF_STATE':
      return {
        status: 400,
        error: hasLength
          ? 'Body ended too early: it is shorter than its Content-Length'
          : 'Request ended too early',
      };
    case 'HPE_INVALID_CONTENT_LENGTH':
      return { status: 400, error: 'Content-Length must be one whole number' };
    case 'HPE_UNEXPECTED_CONTENT_LENGTH':
    case 'HPE_INVALID_TRANSFER_ENCODING':
      return { status: 400, error: 'Body must have one Content-Length, or Transfer-Encoding: chunked' };
    case 'HPE_INVALID_CHUNK_SIZE':
      return { status: 400, error: 'Body is not in valid chunks, although Transfer-Encoding says so' };
    case 'HPE_CR_EXPECTED':
    case 'HPE_LF_EXPECTED':
      return { status: 400, error: 'A header contains a line break' };
    case 'HPE_INVALID_HEADER_TOKEN':
      return { status: 400, error: 'A header contains a character that is not allowed' };
    default:
      return {
        status: 400,
        error: followsBody
          ? 'Body is longer than its Content-Length: what follows is not a request'
          : 'Request is not valid HTTP',
      };
  }
}

/**
 * Returns the headers and text of a refusal that no route sees, and logs it [contract: every answer].
 * @param reason null for a connection on which nothing was sent, as browsers open in advance
 */
function refuse({ status, error }: Refusal, reason: string | null) {
  const id = randomUUID();
  const text = JSON.stringify({ error });
  if (reason !== null) writeLog('info', 'refused', { request_id: id, status, reason, problem: error });
  const head = {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': id,
    'Content-Length': String(Buffer.byteLength(text)),
  };
  return { head, text };
}

const longer = new WeakSet<IncomingMessage>();

/** Whether a request was followed by data that is not a request, but the rest of its body. */
export const isLongerThanDeclared = (request: IncomingMessage): boolean => longer.has(request);

/**
 * Lets simple clients read why they are refused: they read only after they have sent everything, and closing the connection
 * before that resets it. So a response that starts earlier waits, from its first byte, until the rest of the body is read and
 * discarded, within limits (decision 7). A sender over a limit gets its response, a moment to read it, and is cut off.
 * @returns a function that sends every waiting response and cuts off its sender, for the end of the server
 */
export function readRefusedBodies(server: Server, bounds: Partial<RefusedBodyBounds> = {}): () => void {
  const { bytesMax, drainMsMax, silenceMsMax, sendersMax, lingerMs } = { ...defaults, ...bounds };
  /** The bodies that are being discarded, each with a function that cuts off its sender. */
  const draining = new Map<Readable, () => void>();
  const closing = new WeakSet<Socket>();
  /** The last response of each connection; its request may still be arriving. */
  const answers = new WeakMap<Socket, ServerResponse>();

  /** Calls `onOver` once: true if the body ended or the sender disconnected, false if a limit was reached first. */
  function drain(body: Readable, msOfSilenceMax: number, onOver: (isAtEnd: boolean) => void) {
    let bytes = 0;
    const settle = (isAtEnd: boolean): void => {
      if (!draining.delete(body)) return;
      clearTimeout(wholeTimer);
      clearTimeout(silenceTimer);
      onOver(isAtEnd);
    };
    const cutOff = () => settle(false);
    const wholeTimer = setTimeout(cutOff, drainMsMax).unref();
    const silenceTimer = setTimeout(cutOff, msOfSilenceMax).unref();
    draining.set(body, cutOff);
    throwAway(body)
      .on('data', (piece: Uint8Array) => {
        bytes += piece.length;
        if (bytes > bytesMax) cutOff();
        else if (draining.has(body)) silenceTimer.refresh();
      })
      .once('end', () => settle(true))
      .once('close', () => settle(true));
  }

  /** Ensures that the connection is destroyed after a moment. */
  function destroyLater(socket: Socket): void {
    closing.add(socket);
    const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
    socket.once('close', () => clearTimeout(timer));
  }

  function holdAnswer(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    answers.set(socket, response);
    if (!hasBody(request)) return;
    const write = response.write.bind(response) as Method<boolean>;
    const end = response.end.bind(response) as Method<ServerResponse>;
    const flushHeaders = response.flushHeaders.bind(response);
    const held: (() => void)[] = [];
    let bytesHeld = 0;
    let hasBegun = false;
    let isHeld = false;
    let isEnded = false;

    // A failed pipeline destroys the body and detaches its socket, so that the rest could not be read.
    const destroy = request.destroy.bind(request);
    request.destroy = (error) => {
      request.socket = socket;
      return request.complete || socket.destroyed || response.writableFinished ? destroy(error) : request;
    };

    const closeAfterAnswer = (close: () => void): void => {
      if (!response.headersSent) response.setHeader('Connection', 'close');
      // Node calls this after a response with `Connection: close`, before the sender can read it.
      socket.destroySoon = close;
      response.once('finish', close);
      destroyLater(socket);
    };

    const release = (isBodyOver: boolean): void => {
      isHeld = false;
      // Half closed: data that still arrives is discarded until the connection is destroyed.
      if (!isBodyOver) closeAfterAnswer(() => void socket.end());
      for (const say of held.splice(0)) say();
      if (bytesHeld >= response.writableHighWaterMark && !isEnded && !response.writableNeedDrain)
        response.emit('drain');
    };

    /** Whether the handler's response must wait. */
    const mustWait = (): boolean => {
      if (hasBegun) return isHeld;
      hasBegun = true;
      if (request.complete || socket.destroyed) return false;
      // Honest senders finish soon, so the oldest is probably one that blocks them on purpose.
      if (draining.size >= sendersMax) [...draining.values()].at(0)?.();
      isHeld = true;
      drain(request, silenceMsMax, release);
      return true;
    };

    response.flushHeaders = () => {
      if (!mustWait()) flushHeaders();
      else if (!response.headersSent) response.writeHead(response.statusCode);
    };

    response.write = (...args: unknown[]) => {
      if (!mustWait()) return write(...args);
      // From here on the handler must see that its headers are sent.
      if (!response.headersSent) response.writeHead(response.statusCode);
      held.push(() => write(...args));
      bytesHeld += (args[0] as string | Uint8Array).length;
      return bytesHeld < response.writableHighWaterMark;
    };

    response.end = (...args: unknown[]) => {
      if (mustWait()) {
        if (!isEnded) held.push(() => end(...args));
        isEnded = true;
        return response;
      }
      // A complete body that its handler stopped reading would hold up the next request.
      if (!request.readableEnded) throwAway(request);
      return end(...args);
    };
  }

  server.prependListener('request', holdAnswer);

  // Node would respond to this by itself, without the listener above.
  server.on('checkExpectation', (request, response) => {
    holdAnswer(request, response);
    const { head, text } = refuse({ status: 417, error: 'Expect must be 100-continue' }, 'EXPECTATION');
    response.writeHead(417, head).end(text);
  });

  server.on('clientError', (error, socket) => {
    if (!(socket instanceof Socket)) return;
    // Node reports every piece after the one that it could not parse.
    if (closing.has(socket)) return;
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    const answer = answers.get(socket);
    const cutOff = answer && draining.get(answer.req);
    if (cutOff) {
      cutOff();
      return;
    }
    const isInAnswer = answer !== undefined && answer.headersSent && !answer.writableFinished;
    closing.add(socket);
    // The end of its data is unknown: it is over when the sender closes the connection or is silent.
    const close = (): void => {
      socket.end();
      if (draining.size < sendersMax) drain(socket, lingerMs, () => socket.destroy());
      else {
        socket.destroySoon();
        destroyLater(socket);
      }
    };
    const isComplete = answer?.req.complete === true;
    const reason = 'code' in error ? String(error.code) : error.name;
    if (isComplete && !answer.headersSent && !answer.destroyed) {
      // The request before it is still being handled: its own response says what became of it.
      if (answer.req.headers['content-length'] !== undefined) longer.add(answer.req);
      answer.setHeader('Connection', 'close');
      const problem = 'What follows the request is not another one';
      writeLog('info', 'refused', { request_id: answer.getHeader('X-Request-Id'), reason, problem });
      const { destroySoon } = socket;
      socket.destroySoon = () => {
        socket.destroySoon = destroySoon;
        close();
      };
      return;
    }
    if (!isInAnswer) {
      const request = answer && !isComplete ? answer.req : undefined;
      const hasLength = request?.headers['content-length'] !== undefined;
      const refusal = explain(error, hasLength, isComplete && hasBody(answer.req));
      const { head, text } = refuse(refusal, socket.bytesRead > 0 ? reason : null);
      const lines = Object.entries({ ...head, Connection: 'close' }).map((header) => header.join(': '));
      const start = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`;
      socket.write(`${[start, ...lines].join('\r\n')}\r\n\r\n${text}`);
    }
    close();
  });

  return () => {
    for (const cutOff of [...draining.values()]) cutOff();
  };
}
