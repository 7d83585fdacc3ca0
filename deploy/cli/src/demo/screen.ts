import pc from 'picocolors';
import { percent } from '../terminal/words.js';
import { PICTURE_COLUMNS, pictureLines } from './picture.js';
import type { Judged, Tally } from './tally.js';

/** Everything the screen shows. */
export interface Scene {
  readonly tally: Tally;
  /** What the cameras saw of the latest answered sample. */
  readonly pictures: readonly (Uint8Array | null)[];
  readonly size: number;
  /** What it really was, in words. */
  readonly description: string;
  /** Cameras that are switched off. */
  readonly off: ReadonlySet<number>;
  readonly bytes: { readonly payloadPerView: number | null; readonly wirePerView: number | null };
  readonly rawPerView: number;
  readonly mqttUrl: string;
  readonly httpUrl: string;
  readonly columns: number;
  readonly keys: boolean;
}

const GAP = '  ';
const BAR = 30;
const exitColours = { local: pc.green, edge: pc.cyan, cloud: pc.blue, fallback: pc.yellow } as const;

/** The live view of the demo as text. */
export function screen(scene: Scene): string {
  const { tally, description, mqttUrl, httpUrl, keys } = scene;
  const latest = tally.recent[0];
  return [
    `${pc.bold('DDNN')}  six cameras · one edge · one cloud, one network across them`,
    '',
    ...cameras(scene),
    '',
    ...(latest ? [verdictLine(latest), pc.dim(description)] : [pc.dim('waiting for the first verdict …'), '']),
    '',
    ...exits(tally),
    '',
    `accuracy  ${pc.bold(percent(tally.samples ? tally.right / tally.samples : 0))} of ${tally.samples} samples`,
    bytesLine(scene),
    '',
    ...tally.recent.slice(1).map((judged) => pc.dim(plainLine(judged))),
    '',
    pc.dim(`npx ddnn watch --url ${mqttUrl}      curl ${httpUrl}/v1/verdicts`),
    keys ? pc.dim('keys: 1-6 switch a camera off or on · q quit') : '',
  ].join('\n');
}

/** One verdict as a line without colours that matter. */
export function plainLine({ verdict, truth, latencyMs }: Judged): string {
  const { slot, class: name, exit, uncertainty, views, missing, reason } = verdict;
  const mark = name === truth ? '✓' : '✗';
  const seen = views.filter((state) => state === 'present').length;
  const gone = missing.length ? `  missing ${missing.map((view) => view + 1).join(', ')}` : '';
  const why = reason ? ` (${reason})` : '';
  const what = name === truth ? name : `${name}, really ${truth}`;
  return `${mark} ${`#${slot}`.padEnd(7)} ${what.padEnd(20)} ${`${exit}${why}`.padEnd(8)} uncertainty ${uncertainty.toFixed(2)}  ${seen} views  ${latencyMs.toFixed(0)} ms${gone}`;
}

function verdictLine({ verdict, truth, latencyMs }: Judged): string {
  const right = verdict.class === truth;
  const colour = exitColours[verdict.exit as keyof typeof exitColours] ?? pc.white;
  const answer = (right ? pc.green : pc.red)(pc.bold(`${right ? '✓' : '✗'} ${verdict.class.toUpperCase()}`));
  const really = right ? '' : `, really ${truth}`;
  const gone = verdict.missing.length
    ? pc.red(`  camera ${verdict.missing.map((view) => view + 1).join(', ')} missing`)
    : '';
  return `${answer}${really}  ${colour(`${verdict.exit} exit`)}  uncertainty ${verdict.uncertainty.toFixed(2)}, ${latencyMs.toFixed(0)} ms${gone}`;
}

function cameras({ pictures, size, off, tally, columns }: Scene): string[] {
  const perRow = Math.max(
    1,
    Math.min(pictures.length, Math.floor((columns + GAP.length) / (PICTURE_COLUMNS + GAP.length))),
  );
  const states = tally.recent[0]?.verdict.views ?? [];
  const lines: string[] = [];
  for (let first = 0; first < pictures.length; first += perRow) {
    const views = pictures.slice(first, first + perRow).map((_, i) => first + i);
    const blocks = views.map((view) =>
      pictureLines(off.has(view) ? null : pictures[view], size, off.has(view) ? 'off' : 'sees nothing'),
    );
    for (let row = 0; row < blocks[0].length; row++) lines.push(blocks.map((block) => block[row]).join(GAP));
    lines.push(views.map((view) => label(view, states[view] ?? '')).join(GAP));
  }
  return lines;
}

function label(view: number, state: string): string {
  const text = `camera ${view + 1} ${state}`.padEnd(PICTURE_COLUMNS).slice(0, PICTURE_COLUMNS);
  if (state === 'present') return pc.green(text);
  return state === 'lost' || state === 'late' ? pc.red(text) : pc.dim(text);
}

function exits({ exits: counts, samples }: Tally): string[] {
  return (['local', 'edge', 'cloud', 'fallback'] as const)
    .filter((exit) => exit === 'local' || exit === 'cloud' || counts[exit] > 0)
    .map((exit) => {
      const share = samples ? counts[exit] / samples : 0;
      const full = Math.round(share * BAR);
      return `${exit.padEnd(9)} ${exitColours[exit]('█'.repeat(full))}${pc.dim('░'.repeat(BAR - full))} ${percent(share)}`;
    });
}

function bytesLine({ bytes: { payloadPerView, wirePerView }, rawPerView }: Scene): string {
  if (payloadPerView === null || wirePerView === null) return pc.dim('bytes     counting …');
  const times = rawPerView / wirePerView;
  return `bytes     ${pc.bold(wirePerView.toFixed(1))} a view on the wire, packets and uplink included (payload ${payloadPerView.toFixed(1)}); pixels would be ${rawPerView}: ${pc.bold(`${times.toFixed(0)}x`)}`;
}
