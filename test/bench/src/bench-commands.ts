import type { Command } from 'commander';
import { manifest, number, wholeFrom } from 'ddnn/terminal';

/** Epochs, rounds or seeds. */
const times = wholeFrom(1, 100_000);
/** At most 23 days: a timer has no more milliseconds. */
const seconds = number(0.001, 2_000_000);

/** Adds every benchmark as a command of `ddnn bench`, each loaded only when it is called. */
export function addBenchCommands(bench: Command): void {
  manifest(bench.command('train'))
    .description('seconds an epoch of training, beside plain TensorFlow.js on WebAssembly')
    .option('--arch <file>', 'architecture (YAML); default: the paper’s network')
    .option('--batch <n>', 'samples in one step', wholeFrom(2, 65_536), 64)
    .option('--epochs <n>', 'epochs to time, after one to warm up', times, 3)
    .option('--json', 'one JSON document on standard output')
    .action(async (options) => (await import('./train/bench-train.js')).benchTrain(options));
  bench
    .command('cloud')
    .description('samples a second of one cloud process, beside TensorFlow.js behind HTTP')
    .option('--seconds <n>', 'length of one slice of load', seconds, 1)
    .option('--json', 'one JSON document on standard output')
    .action(async (options) => (await import('./cloud/bench-cloud.js')).benchCloud(options));
  bench
    .command('section')
    .description('microseconds a picture of device sections, beside TensorFlow.js on WebAssembly')
    .option('--rounds <n>', 'rounds to take the median of', times, 15)
    .option('--json', 'one JSON document on standard output')
    .action(async (options) => (await import('./section/bench-section.js')).benchSection(options));
  bench
    .command('edge')
    .description('samples a second of one edge process, beside bare Aedes and beside Mosquitto with a subscriber')
    .option('--seconds <n>', 'of each slice', seconds, 2)
    .option('--rounds <n>', 'slices of each contender, in turns', times, 5)
    .option('--no-curve', 'without the curve from 6 to 6,000 devices')
    .option(
      '--samples <n>',
      'also send so many samples through an edge and watch its memory',
      wholeFrom(1, 1_000_000_000),
    )
    .option('--json', 'one JSON document on standard output')
    .action(async (options) => (await import('./edge/bench-edge.js')).benchEdge(options));
  bench
    .command('wire')
    .description(
      'bytes an answer costs, and what each means to save them is worth; a seed takes a minute or two, of mnist ten',
    )
    .requiredOption('--data <folder>', 'holds epfl6/, eth80/ and mnist/, as far as the sets need them')
    .option('--sets <list>', 'of split_random, split (both epfl6), ring6 (eth80) and mnist', 'split_random')
    .option('--seeds <n>', 'networks of each set', times, 5)
    .option('--bundles <folder>', 'keep the networks here as SET-SEED.ddnn, and use those that are here')
    .option('--epochs <n>', 'passes over the training rows; default: as recommended', times)
    .option('--rate <n>', 'samples a second; mnist goes as fast as it can', number(0.001, 1_000_000), 10)
    .option('--one-process', 'run agents, edge and cloud inside this process instead of one process each')
    .option('--svg <file>', 'write the plots as a picture')
    .option('--json', 'one JSON document on standard output')
    .action(async (options) => (await import('./wire/bench-wire.js')).benchWire(options));
}
