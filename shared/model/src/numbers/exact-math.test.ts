import { describe, expect, it } from 'vitest';
import { exactExp, exactLog } from './exact-math.js';

const sweep = (from: number, to: number, steps: number) =>
  Array.from({ length: steps + 1 }, (_, i) => from + ((to - from) * i) / steps);

describe('exactExp', () => {
  it('is within 1e-15 of e^x, relatively, from -700 to 0', () => {
    const xs = [...sweep(-700, 0, 20_000), ...sweep(-3, 0, 20_000), -1e-300, -Number.EPSILON];
    const worst = Math.max(...xs.map((x) => Math.abs(exactExp(x) / Math.exp(x) - 1)));
    expect(worst).toBeLessThan(1e-15);
  });

  it('is exact at 0 and 0 far below', () => {
    expect([exactExp(0), exactExp(-0), exactExp(-701), exactExp(-1e300), exactExp(-Infinity)]).toEqual([1, 1, 0, 0, 0]);
  });

  it('rises, but for its last bits', () => {
    const values = sweep(-40, 0, 100_000).map(exactExp);
    expect(values.findIndex((value, i) => i > 0 && value <= values[i - 1] * (1 - 1e-15))).toBe(-1);
  });
});

describe('exactLog', () => {
  it('is within 1e-14 of the logarithm from 1 to 33', () => {
    const worst = Math.max(...sweep(1, 33, 50_000).map((x) => Math.abs(exactLog(x) - Math.log(x))));
    expect(worst).toBeLessThan(1e-14);
  });

  it('is exactly 0 at 1 and above 0 right behind', () => {
    expect(exactLog(1)).toBe(0);
    expect(exactLog(1 + Number.EPSILON)).toBeGreaterThan(0);
  });

  it('rises, but for its last bits', () => {
    const values = sweep(1, 33, 100_000).map(exactLog);
    expect(values.findIndex((value, i) => i > 0 && value <= values[i - 1] - 1e-14)).toBe(-1);
  });

  it('turns exactExp back', () => {
    for (const x of sweep(-3, 0, 1000)) expect(exactLog(1 / exactExp(x))).toBeCloseTo(-x, 13);
  });
});

it('Pinned bits: these must be the same on every engine', () => {
  const hex = (value: number) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    return view.getBigUint64(0).toString(16);
  };
  expect([-0.1, -1, -12.345, -699.5].map((x) => hex(exactExp(x)))).toMatchInlineSnapshot(`
    [
      "3fecf46d99d52b3a",
      "3fd78b56362cef38",
      "3ed240572f47cb82",
      "dc89c2e339b392",
    ]
  `);
  expect([1.1, 2, 3, 31.9].map((x) => hex(exactLog(x)))).toMatchInlineSnapshot(`
    [
      "3fb8663f793c46cc",
      "3fe62e42fefa39ef",
      "3ff193ea7aad030a",
      "400bb36ac797e055",
    ]
  `);
});
