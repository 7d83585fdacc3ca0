/** What training measured of a bundle, a line each; numbers are rounded to four digits. */
export function figureLines(figures: Readonly<Record<string, number | string>>): string[] {
  return Object.entries(figures).map(([name, value]) => {
    const shown = typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
    return `  ${name.padEnd(28)} ${shown}`;
  });
}
