import { expect, it } from 'vitest';
import { labelNames, statistics } from './statistics.js';
import type { TallyRow } from './verdict-store.js';

const row = (changes: Partial<TallyRow>): TallyRow => ({
  exit: 'local',
  class: 'car',
  label: null,
  revised: false,
  count: 1,
  ...changes,
});
const viewsOf = () => 2;

it('counts exits, classes and revisions; a revised fallback stays a fallback', () => {
  const verdicts = [
    row({ count: 3 }),
    row({ exit: 'fallback', revised: true, count: 2, class: 'none' }),
    row({ exit: 'cloud' }),
  ];
  expect(statistics({ verdicts, traffic: [] }, viewsOf)).toMatchObject({
    samples: 6,
    exits: { local: 3, edge: 0, cloud: 1, fallback: 2 },
    revised: 2,
    classes: { car: 4, none: 2 },
    labelled: 0,
    accuracy: null,
    balancedAccuracy: null,
    bytes: { payloadPerView: null, wirePerView: null, sessionBytes: 0 },
  });
});

it('takes a verdict for right where it is the label, "none" included', () => {
  const verdicts = [
    row({ label: 'car', count: 6 }),
    row({ label: 'car', class: 'none', count: 2 }),
    row({ label: 'none', class: 'none', count: 1 }),
    row({ label: 'none', class: 'bus', count: 1 }),
    row({ count: 100 }),
  ];
  expect(statistics({ verdicts, traffic: [] }, viewsOf)).toMatchObject({
    labelled: 10,
    accuracy: 0.7,
    balancedAccuracy: (6 / 8 + 1 / 2) / 2,
  });
});

it('shares bytes among views and samples of every edge', () => {
  const link = { payloadUp: 30, wireUp: 60, wireDown: 20, session: 5 };
  const devices = [
    { view: 0, ...link },
    { view: 1, ...link },
  ];
  const uplink = { payloadUp: 1, wireUp: 30, wireDown: 10, session: 7 };
  const traffic = ['e', 'f'].map((edge) => ({ site: 'a', edge, samples: 10, uplink, devices, reportedAt: 1 }));
  const { bytes } = statistics({ verdicts: [], traffic }, viewsOf);
  expect(bytes.payloadPerView).toBe(120 / 40);
  expect(bytes.wirePerView).toBe((4 * 80 + 2 * 40) / 40);
  expect(bytes.sessionBytes).toBe(4 * 5 + 2 * 7);
  expect(bytes.uplink).toEqual({ payloadUp: 2, wireUp: 60, wireDown: 20, session: 14 });
  expect(bytes.devices).toHaveLength(4);
  expect(bytes.devices[3]).toEqual({ site: 'a', edge: 'f', view: 1, ...link });
});

it('knows the bundle’s classes and "none" as labels', () => {
  expect(labelNames(['car', 'bus'])).toEqual(['car', 'bus', 'none']);
  expect(labelNames(['none', 'bus'])).toEqual(['none', 'bus']);
});
