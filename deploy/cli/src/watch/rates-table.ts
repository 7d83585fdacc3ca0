import { parseTopic, topics } from '@ddnn/protocol';
import Table from 'cli-table3';
import pc from 'picocolors';
import { bytes } from '../terminal/words.js';
import { paintOf } from './paint.js';
import { fit, printable } from './printable.js';
import type { TopicRate } from './rates.js';

/** A column does not change its width while its figures grow, or the table would jump. */
const FIGURE_WIDTH = 9;
const GAP = '  ';
const MIN_TOPIC_WIDTH = 10;

const columns: ReadonlyArray<readonly [head: string, figure: (rate: TopicRate) => string]> = [
  ['messages', ({ messages }) => count(messages)],
  ['msg/s', ({ messagesPerSecond: rate }) => (rate < 100 ? rate.toFixed(1) : count(Math.round(rate)))],
  ['payload', ({ payloadBytes }) => bytes(payloadBytes)],
  ['packets', ({ packetBytes }) => bytes(packetBytes)],
  ['packets/s', ({ packetBytesPerSecond }) => bytes(packetBytesPerSecond)],
];

/** Every line of the grid that cli-table3 would draw. */
const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((edge) =>
    [edge, `${edge}-mid`, `${edge}-left`, `${edge}-right`].map((name) => [name, '']),
  ),
);

/** Topics with their rates as a table of at most `width` columns; `hidden`: how many topics have no line. */
export function ratesTable(rates: readonly TopicRate[], hidden: number, total: TopicRate, width: number): string {
  const step = FIGURE_WIDTH + GAP.length;
  const fitting = Math.max(1, Math.min(columns.length, Math.floor((width - MIN_TOPIC_WIDTH) / step)));
  const figures = columns.slice(0, fitting);
  const topicWidth = Math.max(1, width - fitting * step);
  const table = new Table({
    chars: { ...NO_LINES, middle: GAP },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: ['left', ...figures.map(() => 'right' as const)],
    colWidths: [null, ...figures.map(() => FIGURE_WIDTH)],
  });
  const cells = (rate: TopicRate, paint: (text: string) => string) => [
    paint(fit(printable(rate.topic), topicWidth)),
    ...figures.map(([, figure]) => (rate.messagesPerSecond === 0 ? pc.dim : plain)(figure(rate))),
  ];
  table.push([fit('topic', topicWidth), ...figures.map(([head]) => head)].map((head) => pc.bold(head)));
  for (const rate of rates) table.push(cells(rate, paintOfTopic(rate.topic)));
  if (hidden > 0) table.push([pc.dim(fit(`+${hidden} quieter topics`, topicWidth)), ...figures.map(() => '')]);
  table.push(cells(total, pc.bold));
  return table.toString();
}

function count(value: number): string {
  return value < 10_000_000 ? String(value) : `${(value / 1e6).toFixed(1)} M`;
}

function paintOfTopic(topic: string): (text: string) => string {
  const parsed = parseTopic(topic);
  return paintOf(parsed ? topics[parsed.which].carries[0] : 'foreign');
}

function plain(text: string): string {
  return text;
}
