import { describe, expect, it } from 'vitest';
import { DeviceTable } from './device-table.js';

const text = (value: string) => new TextEncoder().encode(value);

describe('device table', () => {
  it('knows devices "0", "1", … without a password unless told otherwise', () => {
    const table = new DeviceTable(undefined, 3);
    expect(table.devices.map(({ name, view }) => [name, view])).toEqual([
      ['0', 0],
      ['1', 1],
      ['2', 2],
    ]);
    expect(table.admit('2', undefined)?.view).toBe(2);
    expect(table.admit('3', undefined)).toBeUndefined();
    expect(table.admit(undefined, undefined)).toBeUndefined();
  });

  it('admits a device with its own password only', () => {
    const table = new DeviceTable(
      [
        { device: 'gate', view: 1, token: 'secret' },
        { device: 'door', view: 0, token: 'other' },
      ],
      2,
    );
    expect(table.admit('gate', text('secret'))?.view).toBe(1);
    for (const wrong of ['', 'secre', 'secrets', 'other', 'SECRET'])
      expect(table.admit('gate', text(wrong)), wrong).toBeUndefined();
    expect(table.admit('gate', undefined)).toBeUndefined();
    expect(table.ofView(0)?.name).toBe('door');
    expect(table.ofView(5)).toBeUndefined();
  });

  it.each([
    [
      'a name twice',
      [
        { device: 'a', view: 0 },
        { device: 'a', view: 1 },
      ],
    ],
    [
      'a view twice',
      [
        { device: 'a', view: 1 },
        { device: 'b', view: 1 },
      ],
    ],
    ['a view that the bundle has not', [{ device: 'a', view: 2 }]],
  ])('refuses %s', (_, devices) => {
    expect(() => new DeviceTable(devices, 2)).toThrow(expect.objectContaining({ code: 'DDNN_EDGE_DEVICES' }));
  });
});
