import pc from 'picocolors';
import { bytes } from '../terminal/words.js';
import type { Description } from './description.js';
import { paintOf } from './paint.js';
import { fit, printable, timeOfDay } from './printable.js';
import type { TopicRate } from './rates.js';
import { ratesTable } from './rates-table.js';
import type { WatchedMessage } from './watch-view.js';

/** Messages on the screen at most. */
export const MAX_MESSAGES = 15;
/** Head, two empty lines, table head and total, and the line below it all that the cursor stands on. */
const OTHER_LINES = 6;
const MAX_TOPIC_WIDTH = 24;
const SIZE_WIDTH = 6;

/** A message with its words. */
export interface ShownMessage {
  readonly message: WatchedMessage;
  readonly description: Description;
}

/** What stands on the screen. */
export interface Screen {
  readonly url: string;
  readonly state: string;
  readonly seconds: number;
  readonly rates: readonly TopicRate[];
  readonly total: TopicRate;
  /** Oldest first. */
  readonly messages: readonly ShownMessage[];
  readonly width: number;
  readonly height: number;
}

/** Draws the screen: below `height` lines, none wider than `width`. Where not all topics fit, the busiest stay. */
export function drawScreen({ url, state, seconds, rates, total, messages, width, height }: Screen): string {
  const room = Math.max(3, height - OTHER_LINES);
  const topicRoom = Math.max(room - MAX_MESSAGES, Math.ceil(room / 2));
  const shown = rates.length <= topicRoom ? rates : busiest(rates, topicRoom - 1);
  const messageRoom = Math.min(MAX_MESSAGES, room - Math.min(rates.length, topicRoom));
  return [
    pc.bold(fit(`${printable(url)} · ${state} · ${seconds} s · Ctrl-C ends`, width)),
    '',
    ratesTable(shown, rates.length - shown.length, total, width),
    '',
    ...messages.slice(Math.max(0, messages.length - messageRoom)).map((shown) => messageLine(shown, width)),
  ].join('\n');
}

/** One message in one line. */
export function messageLine({ message, description }: ShownMessage, width: number): string {
  const time = timeOfDay(message.time);
  const topicWidth = Math.min(MAX_TOPIC_WIDTH, Math.floor(width / 4));
  const topic = fit(printable(message.topic), topicWidth).padEnd(topicWidth);
  const size = bytes(message.payload.length).padStart(SIZE_WIDTH);
  const words = fit(description.words, Math.max(0, width - time.length - topicWidth - size.length - 6));
  return fit(`${time}  ${topic}  ${size}`, width).length < width - 2
    ? `${pc.dim(time)}  ${topic}  ${pc.dim(size)}  ${paintOf(description.frame)(words)}`
    : fit(`${time}  ${topic}`, width);
}

function busiest(rates: readonly TopicRate[], count: number): TopicRate[] {
  const byRate = rates.toSorted((a, b) => b.messagesPerSecond - a.messagesPerSecond || b.messages - a.messages);
  const chosen = new Set(byRate.slice(0, count));
  return rates.filter((rate) => chosen.has(rate));
}
