import { cleanText } from '#domain/excerpt.ts';
import { cleanMessage, type Message, OwnError, OwnMessage } from '#domain/message.ts';
import { say } from '#domain/portal-messages.ts';

/** An error as stored with a run. */
export interface ErrorShape {
  name: string;
  message: Message;
  stack: string | null;
}

const nameLengthMax = 200;
const messageLengthMax = 4_000;
const stackLengthMax = 16_000;

/**
 * Converts any thrown value to the stored format, with limited length; never throws.
 * @param redact redacts secrets
 */
export function errorShapeOf(thrown: unknown, redact = (text: string): string => text): ErrorShape {
  const clean = (text: string, lengthMax: number): string => redact(clip(text, lengthMax));
  const cleanTold = (told: string | Message): Message =>
    cleanMessage(told, (text) => clean(text, messageLengthMax));
  try {
    if (thrown instanceof Error || isErrorLike(thrown)) {
      return {
        name: clean(String(thrown.name || 'Error'), nameLengthMax),
        message: cleanTold(
          thrown instanceof OwnError && thrown.said instanceof OwnMessage ? thrown.said : messageOf(thrown),
        ),
        stack: thrown.stack ? clean(String(thrown.stack), stackLengthMax) : null,
      };
    }
    const text = typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? String(thrown));
    return { name: 'Error', message: cleanTold(text), stack: null };
  } catch {
    return { name: 'Error', message: say('run.unreadableError'), stack: null };
  }
}

interface ErrorLike {
  name?: unknown;
  message: unknown;
  stack?: unknown;
  cause?: unknown;
}

/** Errors from another realm or from JSON are not `instanceof Error`. */
function isErrorLike(thrown: unknown): thrown is ErrorLike {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown;
}

/** `fetch failed` alone does not help: the reason is in the cause. */
function messageOf(error: ErrorLike): string {
  const message = String(error.message);
  const { cause } = error;
  if (!isErrorLike(cause) || !cause.message) return message;
  return `${message}: ${String(cause.message)}`;
}

/** Never cuts inside a character. */
function clip(text: string, lengthMax: number): string {
  const clean = cleanText(text);
  if (clean.length <= lengthMax) return clean;
  return `${clean.slice(0, lengthMax - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
