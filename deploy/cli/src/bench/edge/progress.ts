import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

const EVERY_MS = 1;

/** Tells whoever connects how far the work is, so that the load keeps a bounded number of samples under way. */
export async function serveProgress(done: () => number): Promise<number> {
  const listeners = new Set<Socket>();
  let told = -1;
  setInterval(() => {
    const now = done();
    if (now === told) return;
    told = now;
    const bytes = new Uint8Array(Float64Array.of(now).buffer);
    for (const socket of listeners) socket.write(bytes);
  }, EVERY_MS);
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => listeners.delete(socket));
    listeners.add(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

/** Hears how far the work is. */
export async function hearProgress(port: number, onProgress: (done: number) => void): Promise<void> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  let rest = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    const whole = rest.length - (rest.length % 8);
    if (whole === 0) return;
    const done = rest.readDoubleLE(whole - 8);
    rest = rest.subarray(whole);
    onProgress(done);
  });
  await once(socket, 'connect');
}
