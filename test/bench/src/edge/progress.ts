import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Answers } from './scenes.js';

/** A turn of the event loop may take long where many devices have sent. */
const TELL_AFTER = 512;

/**
 * Tells whoever connects how far the work is, so that the load keeps a bounded number of samples under way: at the end
 * of each turn of the event loop in which something was answered, and within it after every 512 samples.
 */
export async function serveProgress(answers: Answers): Promise<number> {
  const listeners = new Set<Socket>();
  let waits = false;
  let told = 0;
  const tell = () => {
    waits = false;
    if (told === answers.samples) return;
    told = answers.samples;
    const bytes = new Uint8Array(Float64Array.of(answers.samples).buffer);
    for (const socket of listeners) socket.write(bytes);
  };
  answers.onChange = () => {
    if (answers.samples - told >= TELL_AFTER) tell();
    if (waits) return;
    waits = true;
    setImmediate(tell);
  };
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
