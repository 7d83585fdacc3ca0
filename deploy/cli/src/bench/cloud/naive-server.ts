import { readFile } from 'node:fs/promises';
import { openBundle } from '@ddnn/model';
import { loadPlainWasm } from '@ddnn/tensor';
import fastify from 'fastify';
import { naiveNetwork } from './naive-network.js';

/*
 * The naive cloud of `ddnn bench cloud`, in a process of its own: joined features as JSON floats in, one run of
 * TensorFlow.js on WebAssembly a sample, class and scores as JSON out. It stores nothing. Its one argument is the
 * bundle's file.
 */

const file = process.argv[2];
const bundle = openBundle(await readFile(file), file);
const run = naiveNetwork(await loadPlainWasm(), bundle);
const server = fastify({ bodyLimit: 16 * 2 ** 20 });
server.post<{ Body: { features: number[] } }>('/decide', async ({ body }) => {
  const scores = run(body.features);
  let classIndex = 0;
  for (let c = 1; c < scores.length; c++) if (scores[c] > scores[classIndex]) classIndex = c;
  return { classIndex, scores: [...scores] };
});
await server.listen({ host: '127.0.0.1', port: 0 });
const { port } = server.server.address() as { port: number };
process.send!({ type: 'ready', port });
process.on('disconnect', () => process.exit(0));
