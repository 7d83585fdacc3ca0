import { decodeFeatureRequest } from '@ddnn/protocol';
import { expect, it } from 'vitest';
import { FeatureRequests } from './feature-requests.js';

const EPOCH = 3;

function recorder() {
  const sent: [number, number[]][] = [];
  const requests = new FeatureRequests(EPOCH, (view, frame) => {
    const slots: number[] = [];
    decodeFeatureRequest(frame, EPOCH, 256, (slot) => slots.push(slot));
    sent.push([view, slots]);
  });
  return { requests, sent };
}

it('asks each device once for all samples of a turn, in the order of their slots', async () => {
  const { requests, sent } = recorder();
  for (const [view, slot] of [
    [0, 7],
    [2, 7],
    [0, 5],
    [0, 7],
    [2, 9],
  ])
    requests.ask(view, slot);
  expect(sent).toEqual([]);
  await Promise.resolve();
  expect(sent).toEqual([
    [0, [5, 7]],
    [2, [7, 9]],
  ]);
  requests.ask(0, 8);
  await Promise.resolve();
  expect(sent.at(-1)).toEqual([0, [8]]);
});

it('parts a request where slots lie too far apart, and where an agent would refuse its size', async () => {
  const { requests, sent } = recorder();
  for (const slot of [0, 128, 257]) requests.ask(0, slot);
  for (let slot = 0; slot < 300; slot++) requests.ask(1, slot);
  await Promise.resolve();
  expect(sent.map(([view, slots]) => [view, slots.length])).toEqual([
    [0, 2],
    [0, 1],
    [1, 256],
    [1, 44],
  ]);
});
