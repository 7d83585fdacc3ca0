import pc from 'picocolors';
import { pointMark, type WireCurvePoint, type WirePoint } from './wire-point.js';

const WIDTH = 72;
/** One more than a multiple of four: every fourth line has its share beside it. */
const HEIGHT = 17;
/** Room on the right for points that fall together. */
const MORE = 12;

/**
 * Accuracy over bytes, these on a logarithmic axis, for a terminal. Points that fall together stand side by side, later
 * ones further right.
 */
export function terminalPlot(points: readonly WirePoint[], curve: readonly WireCurvePoint[]): string {
  const all = [...points, ...curve].filter(({ bytesPerView }) => bytesPerView > 0);
  const bytes = all.map(({ bytesPerView }) => Math.log10(bytesPerView));
  const [left, right] = [Math.min(...bytes), Math.max(...bytes)];
  const low = Math.floor(Math.min(...all.map(({ accuracy }) => accuracy)) * 100 - 0.25) / 100;
  const column = (value: number) =>
    Math.round(((Math.log10(value) - left) / Math.max(1e-9, right - left)) * (WIDTH - 1));
  const row = (accuracy: number) => Math.round(((1 - accuracy) / Math.max(1e-9, 1 - low)) * (HEIGHT - 1));
  const cells = Array.from({ length: HEIGHT }, () => new Array<string>(WIDTH + MORE).fill(' '));
  for (const { bytesPerView, accuracy } of curve) {
    if (bytesPerView > 0) cells[row(accuracy)][column(bytesPerView)] = '·';
  }
  for (const [i, { bytesPerView, accuracy }] of points.entries()) {
    if (!(bytesPerView > 0)) continue;
    const line = cells[row(accuracy)];
    let at = column(bytesPerView);
    while (line[at] !== undefined && line[at] !== ' ' && line[at] !== '·') at++;
    line[at] = pointMark(i);
  }
  const lines = cells.map((line, i) => {
    const label = i % 4 === 0 ? ((1 - (i / (HEIGHT - 1)) * (1 - low)) * 100).toFixed(1) : '';
    return `${pc.dim(`${label.padStart(5)} │`)}${line.join('').trimEnd()}`;
  });
  return [
    pc.dim('accuracy, %'),
    ...lines,
    axis(column, 10 ** left, 10 ** right),
    pc.dim('      · the threshold of the local exit moved; bytes a view, logarithmic'),
  ].join('\n');
}

function axis(column: (value: number) => number, low: number, high: number): string {
  const ticks = new Array<string>(WIDTH + 4).fill(' ');
  for (const tick of [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]) {
    if (tick < low || tick > high) continue;
    for (const [i, digit] of [...String(tick)].entries()) ticks[column(tick) + i] = digit;
  }
  return pc.dim(`      └${'─'.repeat(WIDTH)}\n       ${ticks.join('').trimEnd()}`);
}
