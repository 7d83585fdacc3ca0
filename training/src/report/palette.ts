/**
 * Colours of the report on a light and on a dark page. Colours in one chart can be told apart with any kind of colour
 * blindness, and each differs from the page (`palette.test.ts`). Shapes and dashes show the same again.
 */
export const palette = {
  light: {
    page: '#ffffff',
    panel: '#f6f7f9',
    ink: '#1b1f24',
    muted: '#56606b',
    grid: '#e1e5e9',
    local: '#0072b2',
    edge: '#5e148c',
    cloud: '#c24e00',
    overall: '#1b1f24',
    paper: '#868c94',
    payload: '#0072b2',
    wire: '#c24e00',
    formula: '#1b1f24',
    right: '#5b8db8',
    wrong: '#b3246b',
  },
  dark: {
    page: '#14171b',
    panel: '#1d2126',
    ink: '#e9ecef',
    muted: '#a3adb8',
    grid: '#30363d',
    local: '#56b4e9',
    edge: '#b13fe0',
    cloud: '#f5914a',
    overall: '#f4f6f8',
    paper: '#7d8590',
    payload: '#56b4e9',
    wire: '#f5914a',
    formula: '#f4f6f8',
    right: '#44749b',
    wrong: '#ff86c0',
  },
} as const;

/** Everything that has its own colour. */
export type ColourName = keyof typeof palette.light;

/** A mode's colours as CSS custom properties. */
export function colourProperties(mode: keyof typeof palette): string {
  return Object.entries(palette[mode])
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';');
}
