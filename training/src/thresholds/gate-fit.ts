import { setImmediate } from 'node:timers/promises';
import { type Bundle, type Exit, GATE_LENGTH, type ResolvedArchitecture, type Tensor } from '@ddnn/model';
import type { DataSet } from '../data/data-set.js';
import { Tiers } from '../evaluate/tiers.js';
import { fitGate, type GateExample } from './gate.js';

type GatedExit = 'local' | 'edge';

/** The exits that decide by a learnt gate. */
export function gatedExits(architecture: ResolvedArchitecture): GatedExit[] {
  return (['local', 'edge'] as const).filter((exit) => architecture[exit]?.confidence === 'gate');
}

/** What gates are fitted on. */
export interface GateRows {
  readonly data: DataSet;
  readonly labels: readonly number[];
  readonly rows: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fits the gate of every exit that has one, on rows that training never saw, and puts it among the tensors. Several
 * edges share one gate an exit.
 *
 * @param open opens the bundle with the tensors as they are
 */
export async function fitGates(
  architecture: ResolvedArchitecture,
  tensors: Map<string, Tensor>,
  open: () => Bundle,
  { data, labels, rows, signal }: GateRows,
): Promise<void> {
  const gated = gatedExits(architecture);
  if (gated.length === 0) return;
  // Without gates the bundle can't be opened.
  for (const exit of gated) tensors.set(`${exit}.gate`, new Int32Array(GATE_LENGTH));
  const tiers = new Tiers(open());
  const examples: Record<GatedExit, GateExample[]> = { local: [], edge: [] };
  const note = (exit: GatedExit, { evidence, classIndex }: Exit, row: number) =>
    examples[exit].push({ evidence: evidence.slice(), wrong: classIndex !== labels[row] });
  for (const row of rows) {
    signal?.throwIfAborted();
    tiers.present(data.images[row]);
    for (const edge of tiers.groups.keys()) {
      if (tiers.groupMask(edge) === 0) continue;
      if (tiers.local(edge)) note('local', tiers.locals[edge]!.exit, row);
      if (tiers.edge(edge)) note('edge', tiers.edges[edge].exit, row);
    }
    await setImmediate();
  }
  for (const exit of gated) tensors.set(`${exit}.gate`, fitGate(examples[exit]));
}
