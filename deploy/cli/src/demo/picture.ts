import pc from 'picocolors';

/** Columns of a picture on the terminal; it has half as many rows. */
export const PICTURE_COLUMNS = 16;

const UPPER_HALF = '▀';
const SHADES = ' .:-=+*#%@';

/**
 * A square RGB picture as lines of half blocks: two pixels a character, in 24-bit colour, or as shades of grey in plain
 * characters where the terminal has no colour.
 *
 * @param pixels size x size x 3 bytes, HWC; null: an empty frame around `note`
 */
export function pictureLines(pixels: Uint8Array | null, size: number, note: string): string[] {
  const rows = PICTURE_COLUMNS / 2;
  if (!pixels) {
    const text = note.slice(0, PICTURE_COLUMNS);
    const left = Math.floor((PICTURE_COLUMNS - text.length) / 2);
    const middle = ' '.repeat(left) + pc.dim(text) + ' '.repeat(PICTURE_COLUMNS - left - text.length);
    return Array.from({ length: rows }, (_, row) => (row === rows >> 1 ? middle : pc.dim('·'.repeat(PICTURE_COLUMNS))));
  }
  const small = shrink(pixels, size);
  return Array.from({ length: rows }, (_, row) => {
    let line = '';
    for (let x = 0; x < PICTURE_COLUMNS; x++) line += halfBlock(small, 2 * row * PICTURE_COLUMNS + x);
    return pc.isColorSupported ? `${line}\x1b[0m` : line;
  });
}

function halfBlock(small: Uint8Array, upper: number): string {
  const [a, b] = [upper * 3, (upper + PICTURE_COLUMNS) * 3];
  if (!pc.isColorSupported) {
    const light = small[a] + small[a + 1] + small[a + 2] + small[b] + small[b + 1] + small[b + 2];
    return SHADES[Math.min(SHADES.length - 1, Math.floor((light / 1531) * SHADES.length))];
  }
  return `\x1b[38;2;${small[a]};${small[a + 1]};${small[a + 2]}m\x1b[48;2;${small[b]};${small[b + 1]};${small[b + 2]}m${UPPER_HALF}`;
}

/** Area mean down to the terminal's size. */
function shrink(pixels: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(PICTURE_COLUMNS * PICTURE_COLUMNS * 3);
  const edge = (i: number) => Math.floor((i * size) / PICTURE_COLUMNS);
  for (let y = 0; y < PICTURE_COLUMNS; y++) {
    for (let x = 0; x < PICTURE_COLUMNS; x++) {
      for (let c = 0; c < 3; c++) {
        let [sum, count] = [0, 0];
        for (let py = edge(y); py < Math.max(edge(y) + 1, edge(y + 1)); py++) {
          for (let px = edge(x); px < Math.max(edge(x) + 1, edge(x + 1)); px++, count++)
            sum += pixels[(py * size + px) * 3 + c];
        }
        out[(y * PICTURE_COLUMNS + x) * 3 + c] = Math.round(sum / count);
      }
    }
  }
  return out;
}
