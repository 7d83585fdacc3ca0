import { packageVersion } from '@ddnn/process/version';
import { Command, Option } from 'commander';
import { number, settings, share, wholeFrom, wholes, words } from './terminal/option-values.js';
import { manifest } from './terminal/options.js';

const epochs = wholeFrom(1, 100_000);
const seed = wholeFrom(0, 2 ** 32 - 1);
const port = wholeFrom(0, 65_535);
/** Samples a second. */
const rate = number(0.001, 1_000_000);
/** At most 23 days: a timer can't count more milliseconds. */
const seconds = number(0.001, 2_000_000);
/** Samples in a frame, as the protocol bounds them. */
const frame = wholeFrom(1, 128);

/**
 * Every command. Each is loaded only when it is called, so that an agent on a small board does not load the trainer.
 */
export function createProgram(): Command {
  const program = new Command('ddnn')
    .description('One neural network across cameras, a gateway and the cloud, over MQTT')
    .version(packageVersion(import.meta.url))
    .showHelpAfterError('(ddnn --help lists the commands)')
    .exitOverride();

  for (const name of ['agent', 'edge', 'cloud'] as const) role(program, name);

  goal(manifest(program.command('train')))
    .description('train all sections of one network together')
    .requiredOption('--out <file>', 'bundle file to write')
    .option('--arch <file>', 'architecture (YAML); default: the one recommended for such data')
    .option('--epochs <n>', 'passes over the training rows; default: the architecture’s, else 100', epochs)
    .option('--batch <n>', 'samples in one step; default: the architecture’s, else 64', wholeFrom(2, 65_536))
    .option(
      '--rate <x>',
      'learning rate of Adam at the start; default: the architecture’s, else 0.001',
      number(1e-9, 1_000),
    )
    .option('--hold-out <share>', 'share of the rows that thresholds are chosen on', number(0, 0.99), 0.15)
    .option('--seed <n>', 'same seed, same bundle on one backend', seed, 1)
    .option('--sign <key>', 'sign the bundle with this private key of ddnn bundle keygen')
    .option('--seeds <n>', 'train so many seeds, from --seed on, each into a bundle of its own', wholeFrom(1, 1_000), 1)
    .option('--resume', 'go on from the checkpoint that an interrupted training left beside --out, if there is one')
    .option('--no-resume', 'start anew, whatever checkpoint there is')
    .option('--views <list>', 'only these views of the manifest, as 0,3', wholes)
    .addOption(backend('node or wasm; default: node where it loads'))
    .option('--json', 'one JSON document on standard output')
    .action(async (options) => (await import('./commands/train.js')).train(options));

  const data = program.command('data').description('make and check a data set of your own');
  data
    .command('init')
    .description('a manifest from folders of images: class/sample/camera.jpg or class/sample-c2.jpg')
    .argument('<folder>', 'holds a folder a class, or train and test above them')
    .option('--test-share <share>', 'share of each class whose split says test, where no folders say it', share, 0.2)
    .option('--seed <n>', 'draws the test part', seed, 1)
    .option(
      '--group <pattern>',
      'regular expression: what it matches in a sample’s name is the group of its near copies',
    )
    .option('--force', 'write over a manifest that is there')
    .option('--json', 'one JSON document on standard output')
    .action(async (folder, options) => (await import('./commands/data-init.js')).dataInit(folder, options));
  data
    .command('check')
    .description('reads every picture; tells what is wrong, unequal, or nearly the same in training and test')
    .argument('<data>', 'manifest (CSV), FILE.npz or mnist6:FOLDER')
    .option('--split-column <name>', 'another split column')
    .option('--classes <list>', 'the only labels that are right, as car,bus', words)
    .option('--json', 'one JSON document on standard output')
    .action(async (name, options) => (await import('./commands/data-check.js')).dataCheck(name, options));

  goal(manifest(program.command('calibrate')))
    .description('choose the thresholds of a trained bundle again, on rows that it was not trained on')
    .requiredOption('--bundle <file>', 'trained bundle')
    .requiredOption('--out <file>', 'bundle file to write')
    .option('--sign <key>', 'sign it with this private key of ddnn bundle keygen')
    .option('--views <list>', 'only these views of the manifest, as 0,3', wholes)
    .option('--json', 'one JSON document on standard output')
    .action(async (options) => (await import('./commands/calibrate.js')).calibrate(options));

  trainAgain(bundled(manifest(program.command('eval')), 'trained bundle; several: each, and their mean', '<file...>'))
    .description('accuracy, exits and bytes of a bundle on recorded images, without sockets')
    .option('--lost <list>', 'views whose cameras are gone, as 0,3', wholes)
    .option('--batch-samples <n>', 'samples in one summary frame, as the agents’ batch.samples', frame, 1)
    .option('--records-batch <n>', 'verdicts in one record frame, as the edge’s records.batch', wholeFrom(1, 1_024))
    .option('--per-exit', 'also the accuracy of every exit on its own, and how well uncertainty tells its errors')
    .option('--missing', 'also the accuracy with every camera, every pair and every three gone')
    .option('--arch <file>', 'with --sweep aggregators or filters: train this instead of the bundle’s architecture')
    .option('--sweep <name>', 'threshold, cameras, single; aggregators, filters: these train networks')
    .option('--retrained', 'with --missing or --sweep cameras: also what networks retrained on the cameras left reach')
    .option('--retrained-pairs <n>', 'with --missing --retrained: so many of the worst pairs', wholeFrom(0, 496), 1)
    .option('--verdicts <file>', 'write one line of JSON a sample')
    .option('--json', 'one JSON document on standard output')
    .action(async (options) => (await import('./commands/eval.js')).evalCommand(options));

  trainAgain(manifest(program.command('report')))
    .description('one HTML page of everything that can be measured of a bundle')
    .requiredOption('--bundle <files...>', 'trained bundle; several are seeds of one network')
    .requiredOption('--out <file>', 'page to write')
    .option('--views <list>', 'only these views of the manifest, as 0,3', wholes)
    .option('--retrain', 'also the sweeps that train networks: aggregators, filters, fewer cameras')
    .option('--json', 'one JSON document on standard output')
    .action(async (options) => (await import('./commands/report.js')).report(options));

  bundled(manifest(program.command('run')))
    .description('recorded images through real agents, broker, bridge and cloud, over sockets')
    .option('--rate <n>', 'samples a second; default: as fast as the samples in flight allow', rate)
    .option('--in-flight <n>', 'samples under way at once', wholeFrom(1, 10_000), 32)
    .option('--batch-samples <n>', 'samples in one summary frame', frame, 1)
    .option(
      '--batch-ms <n>',
      'a frame goes at the latest so long after its first sample; default: as --rate needs',
      wholeFrom(1, 60_000),
    )
    .option('--records-batch <n>', 'verdicts in one record frame at most', wholeFrom(1, 1_024))
    .option('--records-ms <n>', 'record frames go up so often', wholeFrom(1, 3_600_000))
    .option('--one-process', 'agents, edge and cloud inside this process instead of one process each')
    .option('--allow-pixels', 'permit bundles that send pixels from the cameras')
    .option(
      '--mqtt-port <n>',
      'port of the edge broker, for ddnn watch; further edges take the next ones; 0 takes free ones',
      port,
      0,
    )
    .option('--http-port <n>', 'port of the cloud’s REST API; 0 takes a free one', port, 0)
    .option('--verdicts <file>', 'write one line of JSON a sample')
    .option('--json', 'one JSON document on standard output')
    .action(async (options) => (await import('./commands/run.js')).runCommand(options));

  program
    .command('demo')
    .description('a street of six simulated cameras, edge and cloud on this machine, with a live view')
    .option('--seed <n>', 'traffic, light and noise of the street', seed, 7)
    .option('--threshold <x>', 'of the local exit: lower sends more samples to the cloud', share, 0.8)
    .option('--rate <n>', 'samples a second', rate, 4)
    .option('--samples <n>', 'stop after so many samples; default: run until q or Ctrl-C', wholeFrom(1, 1_000_000_000))
    .option('--one-process', 'agents, edge and cloud inside this process instead of one process each')
    .option('--mqtt-port <n>', 'port of the edge broker, for ddnn watch; 0 takes a free one', port, 0)
    .option('--http-port <n>', 'port of the cloud’s REST API; 0 takes a free one', port, 0)
    .option('--json', 'no view; one JSON document on standard output at the end')
    .action(async (options) => (await import('./commands/demo.js')).demo(options));

  program
    .command('simulate')
    .description('write a data set of the simulated street: images and a manifest')
    .requiredOption('--out <folder>', 'folder to write; must not hold a manifest yet')
    .option('--samples <n>', 'samples', wholeFrom(1, 1_000_000), 1000)
    .option('--test-share <share>', 'share of the samples whose split says test', share, 0.2)
    .option('--seed <n>', 'traffic, light and noise of the street', seed, 1)
    .option('--size <n>', 'pixels a side', wholeFrom(1, 1_024), 32)
    .option('--json', 'one JSON document on standard output')
    .action(async (options) => (await import('./commands/simulate.js')).simulate(options));

  program
    .command('watch')
    .description('the topic traffic in words, with rates and bytes')
    .requiredOption('--url <url>', 'edge broker or cloud uplink, as mqtt://127.0.0.1:1883')
    .option('--seconds <n>', 'stop after so long', seconds)
    .option('--json', 'one line of JSON a frame')
    .action(async (options) => (await import('./commands/watch.js')).watch(options));

  const bundle = program.command('bundle').description('look into a bundle, sign it, check who signed it');
  json(bundle.command('inspect').description('what a bundle holds, and who signed it').argument('<file>')).action(
    async (file, options) => (await import('./commands/inspect.js')).inspect(file, options),
  );
  json(bundle.command('keygen').description('a new key to sign bundles with: FILE, and FILE.pub for those who check'))
    .requiredOption('--out <file>', 'private key to write (PEM)')
    .action(async (options) => (await import('./commands/bundle-keygen.js')).bundleKeygen(options));
  json(bundle.command('sign').description('sign a bundle; its hash stays the same').argument('<file>'))
    .requiredOption('--key <file>', 'private key of ddnn bundle keygen')
    .action(async (file, options) => (await import('./commands/bundle-sign.js')).bundleSign(file, options));
  json(bundle.command('verify').description('check that a bundle is signed by one of these keys').argument('<file>'))
    .requiredOption('--key <file...>', 'public keys, as bundleKeys of a tier lists them')
    .action(async (file, options) => (await import('./commands/bundle-verify.js')).bundleVerify(file, options));

  const bench = program.command('bench').description('measure this machine');
  program.hook('preSubcommand', async (_, command) => {
    if (command === bench) await (await import('./commands/bench.js')).addBenchmarks(bench);
  });

  return program;
}

function role(program: Command, name: 'agent' | 'edge' | 'cloud'): void {
  const words = {
    agent: 'one camera’s agent',
    edge: 'one edge broker',
    cloud: 'the cloud: uplink, upper sections, REST API',
  };
  const command = program
    .command(name)
    .description(`${words[name]}, as in a real installation`)
    .option('--config <file>', 'YAML file; environment DDNN_… and --set rise above it')
    .option('--set <key=value...>', 'a setting, as --set uplink.port=1884', settings, {});
  if (name === 'edge') {
    command.option('--open', 'no access rules, as interoperability suites need it; on loopback only (mqtt.open)');
  }
  command.action(async ({ open, ...options }) => {
    if (open) options.set = { ...options.set, 'mqtt.open': 'true' };
    await (await import('./commands/processes.js')).runRole(name, options);
  });
}

function json(command: Command): Command {
  return command.option('--json', 'one JSON document on standard output');
}

function goal(command: Command): Command {
  return command
    .option('--accuracy-loss <share>', 'thresholds that certainly lose at most so much to the cloud, as 0.01', share)
    .option('--confidence <share>', 'how certainly; default 0.95', share)
    .option('--bytes-per-view <n>', 'thresholds of the best accuracy within so many payload bytes a view', number());
}

function bundled(command: Command, description = 'trained bundle', value = '<file>'): Command {
  return command
    .requiredOption(`--bundle ${value}`, description)
    .option('--views <list>', 'only these views of the manifest, as 0,3', wholes)
    .option('--threshold <x>', 'of the local exit, instead of the bundle’s', share)
    .option('--edge-threshold <x>', 'of the edge exit, instead of the bundle’s', share);
}

function backend(description: string): Option {
  return new Option('--backend <name>', description).choices(['node', 'wasm']);
}

/** Options of commands that may train networks beside the bundle. */
function trainAgain(command: Command): Command {
  return command
    .option('--train-split <name>', 'where networks are trained: their rows')
    .option('--epochs <n>', 'where networks are trained: passes over their rows', epochs, 100)
    .option('--seed <n>', 'where networks are trained: their seed', seed, 1)
    .addOption(backend('where networks are trained: node or wasm; default: node where it loads'));
}
