/*
 * exp and log, made only from +, -, * and /. Math.exp and Math.log may differ in the last bit between JavaScript
 * engines, but an exit must decide the same on a device, in the cloud and in a browser.
 */

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LN2 = LN2_HIGH + LN2_LOW;

/** e^x for x <= 0; relative error below 1e-15. */
export function exactExp(x: number): number {
  if (x < -700) return 0;
  const halvings = Math.floor(-x / LN2 + 0.5);
  const r = x + halvings * LN2_HIGH + halvings * LN2_LOW;
  let sum = 1;
  for (let k = 14; k >= 1; k--) sum = 1 + (sum * r) / k;
  for (let i = 0; i < halvings; i++) sum *= 0.5;
  return sum;
}

/** Natural logarithm of x >= 1; absolute error below 1e-14. */
export function exactLog(x: number): number {
  let m = x;
  let doublings = 0;
  while (m > 1.5) {
    m *= 0.5;
    doublings++;
  }
  const t = (m - 1) / (m + 1);
  const square = t * t;
  let sum = 0;
  for (let k = 33; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return doublings * LN2 + 2 * t * sum;
}
