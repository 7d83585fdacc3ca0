import { expect, it } from 'vitest';
import { StepNote } from './step-note.js';

it('puts a step into words, and shows the last one for an hour', () => {
  let now = 100;
  const steps = new StepNote('the wall clock', () => now);
  expect(steps.note()).toBeUndefined();
  expect(steps.saw(3_600_000)).toBe('the wall clock was set 3600.0 s forward');
  now += 1500;
  expect(steps.saw(-4960)).toBe('the wall clock was set 5.0 s back');
  now += 60_000;
  expect(steps.note()).toBe('the wall clock was set 5.0 s back, 60.0 s ago');
  now += 3_540_000;
  expect(steps.note()).toBeUndefined();
});
