import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FrameKind, HEADER_BYTES } from './frame.js';
import { encodeSummary } from './summary.js';
import { parseTopic, type TopicName, type TopicRow, topic, topicFilter, topics } from './topics.js';

const rows = Object.entries(topics) as ReadonlyArray<readonly [TopicName, TopicRow]>;
const all = { site: 'crossing-1', edge: 'north_2', device: '31' };

function namesOf(template: string): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => template.includes(`{${key}}`)));
}

function inWords(kind: TopicRow['carries'][number]): string {
  return kind === 'json' ? 'JSON' : kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

describe('the topic table', () => {
  it.each(rows)('reads %s back', (which, { template }) => {
    const text = topic(which, all);
    expect(text).not.toMatch(/[{}+#]/);
    expect(parseTopic(text)).toEqual({ which, names: namesOf(template) });
  });

  it.each(rows)('has a filter for %s that leaves open what is not given', (which, { template }) => {
    expect(topicFilter(which)).toBe(template.replace(/\{\w+\}/g, '+'));
    expect(topicFilter(which, all)).toBe(topic(which, all));
  });

  it('has a filter that fixes the site and leaves the edge open', () => {
    expect(topicFilter('record', { site: 'crossing-1' })).toBe('u/crossing-1/+/r');
  });

  it('has every kind of frame on some topic', () => {
    const carried = new Set(rows.flatMap(([, { carries }]) => carries));
    carried.delete('json');
    expect([...carried].sort()).toEqual(Object.keys(FrameKind).sort());
  });

  it('has unique topics, whatever the names', () => {
    for (const device of ['0', 'a', 'e', 'f', 'i']) {
      const texts = rows.map(([which]) => topic(which, { site: device, edge: device, device }));
      expect(new Set(texts).size).toBe(rows.length);
    }
  });

  it.each(['', 'a/b', '+', '#', 'a b', 'ä', 'a\n', '$SYS', 'a'.repeat(33)])('refuses the name "%s"', (device) => {
    const refused = expect.objectContaining({ name: 'TopicError', code: 'DDNN_TOPIC_NAME' });
    expect(() => topic('summary', { device })).toThrow(refused);
    expect(() => topicFilter('summary', { device })).toThrow(refused);
    expect(parseTopic(`s/${device}`)).toBeUndefined();
  });

  it('refuses a topic with a name missing, and says which', () => {
    expect(() => topic('verdict', { site: 'a' })).toThrow('d/{site}/{edge}/v: edge ""');
  });

  it.each(['s', 's/', 's/0/', '/s/0', 's/0/1', 'S/0', 'e/0', 'u/a/b/x', '$SYS/broker', ''])(
    'knows no topic "%s"',
    (text) => {
      expect(parseTopic(text)).toBeUndefined();
    },
  );

  it('retains status topics and nothing else', () => {
    for (const [, { carries, retained = false, qos }] of rows) {
      expect(retained).toBe(carries.includes('status'));
      if (retained) expect(qos).toBe(1);
    }
  });
});

describe('topic plus header of a summary', () => {
  it('is at most 16 bytes, slot included, for the default device names', () => {
    for (let view = 0; view < 32; view++) {
      const header = encodeSummary(255, [{ slot: 2 ** 48 - 1, body: null }], 3);
      expect(topic('summary', { device: `${view}` }).length + header.length).toBeLessThanOrEqual(16);
      expect(header.length).toBe(HEADER_BYTES + 2);
    }
  });
});

describe('docs/protocol.md', () => {
  const page = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
  const shown = Array.from(
    page.matchAll(/^\| `([^`]+)` \| (\w+) → (\w+) \| ([01]) \| (yes|no) \| (.+) \| (yes|no) \|$/gm),
  );

  it('has every row of the topic table, and no other', () => {
    expect(shown.map((cells) => cells.slice(1))).toEqual(
      rows.map(([, { template, from, to, qos, retained, carries, wire }]) => [
        template,
        from,
        to,
        `${qos}`,
        retained ? 'yes' : 'no',
        carries.map(inWords).join(' or '),
        wire ? 'yes' : 'no',
      ]),
    );
  });
});
