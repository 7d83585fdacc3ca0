import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Rates } from './rates.js';
import { drawScreen, MAX_MESSAGES, type ShownMessage } from './screen.js';

const message: ShownMessage = {
  message: {
    time: new Date(2026, 0, 1, 9, 8, 7, 6),
    topic: 's/pi',
    qos: 0,
    retained: false,
    payload: new Uint8Array(7),
    packetBytes: 15,
  },
  description: { frame: 'summary', words: 'camera 2 · slot #812 · sees nothing', fields: {} },
};

function lines(width: number, height: number, topics: number): string[] {
  const rates = new Rates(0);
  for (let i = 0; i < topics; i++) {
    for (let n = 0; n <= i; n++) rates.count(`u/a-long-site/a-long-edge/i/camera-${100 + i}`, 1e6, 1, 10);
  }
  const screen = drawScreen({
    url: 'mqtt://127.0.0.1:1883',
    state: 'connected',
    seconds: 12,
    rates: rates.topics(20),
    total: rates.total(20),
    messages: Array.from({ length: MAX_MESSAGES }, () => message),
    width,
    height,
  });
  return stripVTControlCharacters(screen).split('\n');
}

describe('drawScreen', () => {
  it.each([
    [120, 40, 3],
    [120, 40, 36],
    [80, 24, 0],
    [80, 24, 500],
    [60, 15, 20],
    [30, 10, 20],
  ])('stays inside %i columns and below %i lines with %i topics', (width, height, topics) => {
    const screen = lines(width, height, topics);
    expect(screen.length).toBeLessThan(height);
    for (const line of screen) expect(line.length, line).toBeLessThanOrEqual(width);
  });

  it('shows all topics and fifteen messages where there is room', () => {
    const screen = lines(120, 40, 3);
    expect(screen.filter((line) => line.startsWith('u/'))).toHaveLength(3);
    expect(screen.filter((line) => line.startsWith('09:08:07.006  s/pi'))).toHaveLength(MAX_MESSAGES);
    expect(screen.at(-1)).toMatch(/ 7 B {2}camera 2 · slot #812 · sees nothing$/);
  });

  it('keeps the busiest topics where not all fit, and says how many are hidden', () => {
    const screen = lines(80, 24, 36);
    expect(screen.some((line) => /^\+28 quieter topics/.test(line))).toBe(true);
    const shown = screen.filter((line) => line.startsWith('u/'));
    expect(shown).toHaveLength(8);
    expect(screen.find((line) => line.startsWith('total'))).toContain('666');
  });
});
