import { NO_CLASS, type Verdict } from '@ddnn/protocol';
import { expect, it } from 'vitest';
import { verdictJson } from './verdict-json.js';

const at = { site: 'plaza', edge: 'north', classes: ['car', 'bus'], slotMs: 100, now: 5000 };
const verdict: Verdict = {
  slot: 42,
  classIndex: 1,
  exit: 'fallback',
  reason: 'deadline',
  uncertainty: 0.123456,
  states: Uint8Array.of(0, 1, 2, 3),
};

it('puts a fallback into words: class, reason, views and which are missing', () => {
  expect(verdictJson(verdict, at)).toEqual({
    site: 'plaza',
    edge: 'north',
    slot: 42,
    class: 'bus',
    exit: 'fallback',
    reason: 'deadline',
    uncertainty: 0.1235,
    entropy: 0.1235,
    views: ['lost', 'absent', 'present', 'late'],
    missing: [0, 3],
    capturedAt: 4200,
    answeredAt: 5000,
  });
});

it('knows no reason, no class and no time where there is none', () => {
  const json = verdictJson({ ...verdict, classIndex: NO_CLASS, exit: 'local', reason: 'none' }, { ...at, slotMs: 0 });
  expect(json).toMatchObject({ class: 'none', capturedAt: null });
  expect(json).not.toHaveProperty('reason');
});
