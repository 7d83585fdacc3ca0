import {
  type BundleHeader,
  NEVER_EXITS,
  type NetworkShapes,
  type ResolvedArchitecture,
  type Shape,
  type TierShapes,
} from '@ddnn/model';
import { createTable } from './table.js';
import { bytes } from './words.js';

/** Input, output and bytes of every tier, one edge a row; with the exits' thresholds where they are known. */
export function tierTable(
  architecture: ResolvedArchitecture,
  { device, edges, cloud, scoreBytes }: NetworkShapes,
  exits?: BundleHeader['exits'],
): string {
  const table = createTable(['tier', 'input', 'output', 'in memory', 'on the wire', 'exit']);
  const exit = (settings: { threshold: number } | undefined) =>
    settings ? (settings.threshold === NEVER_EXITS ? 'never' : `T = ${settings.threshold.toFixed(4)}`) : '–';
  const { scoreBits = 8 } = architecture.local ?? {};
  const scores = `${(scoreBytes * scoreBits) / 8} B scores`;
  const coded = architecture.device.coding === 'arithmetic' ? ', before coding' : '';
  const row = (name: string, { input, output, memoryBytes }: TierShapes, wire: string, exitWords: string) =>
    table.push([name, words(input), words(output), bytes(memoryBytes), wire, exitWords]);
  row('device', device, `${scores}, ${device.featureBytes} B features${coded}`, exit(exits?.local));
  for (const edge of edges)
    row(named('edge', architecture), edge, `${edge.featureBytes} B features`, exit(exits?.edge));
  row(named('cloud', architecture), cloud, '–', 'always');
  return table.toString();
}

function named(tier: 'edge' | 'cloud', architecture: ResolvedArchitecture): string {
  return architecture[tier]?.arithmetic === 'float' ? `${tier}, float` : tier;
}

function words({ height, width, channels }: Shape): string {
  return `${height}x${width}x${channels}`;
}
