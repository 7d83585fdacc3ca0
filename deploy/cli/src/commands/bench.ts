import type { Command } from 'commander';
import { UsageError } from '../terminal/failure.js';

/** Not a dependency: the benchmarks stand in the project's workspace, and no published package holds them. */
const PACKAGE: string = '@ddnn/bench';

interface Benchmarks {
  /** Adds a command for each benchmark. */
  addBenchCommands(bench: Command): void;
}

/** Adds the benchmarks below `ddnn bench`. Throws {@link UsageError} where their package is not there. */
export async function addBenchmarks(bench: Command): Promise<void> {
  let benchmarks: Benchmarks;
  try {
    import.meta.resolve(PACKAGE);
    benchmarks = await import(PACKAGE);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(`bench needs the package ${PACKAGE}, which only the project's own sources have`);
  }
  benchmarks.addBenchCommands(bench);
}
