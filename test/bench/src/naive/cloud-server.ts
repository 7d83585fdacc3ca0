import { readFile } from 'node:fs/promises';
import { openBundle } from '@ddnn/model';
import fastify from 'fastify';
import { serve } from '../talk.js';
import { naiveNetwork } from './cloud-network.js';
import { loadPlainWasm } from './plain-wasm.js';

/*
 * The naive cloud of `ddnn bench cloud`, in a process of its own: joined features as JSON floats in, one run of
 * TensorFlow.js on WebAssembly a sample, class and scores as JSON out. It stores nothing. Its task is the bundle's
 * file.
 */

await serve<string, never>(async (file) => {
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
  return { ready: { port }, reply: () => {} };
});
