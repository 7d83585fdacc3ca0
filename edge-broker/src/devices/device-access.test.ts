import { describe, expect, it } from 'vitest';
import { DeviceAccess } from './device-access.js';
import { viewerAccess } from './viewer-access.js';

const foreign = [
  ...['s/1', 'f/1', 'i/1', 't/1', 's/10', 's/0/x', 's', 's/', '/s/0', 'S/0'],
  ...[
    'q/0',
    'c/0',
    'e',
    'ddnn/site/verdict',
    'u/site/edge/f',
    'd/site/edge/v',
    '$SYS/x',
    '',
    'constructor',
    '__proto__',
  ],
];

describe('a device', () => {
  const access = new DeviceAccess('0');

  it('publishes what is its own, and only its status may be retained', () => {
    expect(['s/0', 'f/0', 't/0', 'i/0'].map((name) => [access.published(name), access.publishRight(name)])).toEqual([
      ['summary', 'plain'],
      ['features', 'plain'],
      ['clockAsk', 'plain'],
      ['deviceStatus', 'retained'],
    ]);
  });

  it.each(foreign)('has no right to publish on "%s"', (name) => {
    expect([access.published(name), access.publishRight(name)]).toEqual([undefined, 'none']);
  });

  it('reads what is meant for it, and nothing else', () => {
    expect(['e', 'q/0', 'c/0'].every((filter) => access.maySubscribe(filter))).toBe(true);
    const others = [
      'q/1',
      'q/+',
      'c/#',
      '#',
      '+',
      '+/0',
      's/0',
      'i/0',
      'q/0/#',
      'e/#',
      '$SYS/#',
      ...foreign.slice(0, 10),
    ];
    expect(others.filter((filter) => access.maySubscribe(filter))).toEqual([]);
  });
});

describe('a viewer', () => {
  it.each([...foreign, 's/0', 'i/0'])('has no right to publish on "%s"', (name) => {
    expect([viewerAccess.published(name), viewerAccess.publishRight(name)]).toEqual([undefined, 'none']);
  });

  it('reads everything', () => {
    expect(['#', 's/0', 'q/+', 'ddnn/+/verdict'].every((filter) => viewerAccess.maySubscribe(filter))).toBe(true);
  });
});
