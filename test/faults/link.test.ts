import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from './installation.js';
import { Link } from './link.js';

let server: Server;
let link: Link;
let port: number;
/** What arrived behind the link, and who brought it. */
let arrived: string;
const behind: Socket[] = [];

beforeEach(async () => {
  arrived = '';
  server = createServer((socket) => {
    behind.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      arrived += chunk;
      socket.write(`${chunk}!`);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  link = new Link();
  port = await link.start((server.address() as { port: number }).port);
});
afterEach(async () => {
  await link.stop();
  for (const socket of behind.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

async function client() {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  let heard = '';
  let closed = false;
  socket.on('data', (chunk) => {
    heard += chunk;
  });
  socket.once('close', () => {
    closed = true;
  });
  await once(socket, 'connect');
  return { socket, heard: () => heard, closed: () => closed };
}

it('passes on what is sent, both ways', async () => {
  const { socket, heard } = await client();
  socket.write('one');
  await until('the echo is there', () => heard() === 'one!');
});

it('that is taken away cuts what is there and what comes, until it is mended', async () => {
  const first = await client();
  link.takeAway();
  await until('the connection is cut', first.closed);
  let refused = false;
  connect(port, '127.0.0.1')
    .on('error', () => {})
    .once('close', () => {
      refused = true;
    });
  await until('the next one is cut too', () => refused);
  link.mend();
  const third = await client();
  third.socket.write('three');
  await until('the echo is there', () => third.heard() === 'three!');
});

it('that is half open swallows and tells nobody; a connection that lost bytes never carries any again', async () => {
  const first = await client();
  first.socket.write('one');
  await until('the echo is there', () => first.heard() === 'one!');
  link.halfOpen();
  first.socket.write('two');
  const second = await client();
  second.socket.write('three');
  await until('the link has it', () => link.connections === 2);
  link.mend();
  const third = await client();
  first.socket.write('four');
  third.socket.write('five');
  await until('the echo is there', () => third.heard() === 'five!');
  expect(arrived).toBe('onefive');
  expect([first.closed(), second.closed(), third.closed()]).toEqual([false, false, false]);
  // The other side is not told either.
  first.socket.destroy();
  third.socket.write('six');
  await until('the echo is there', () => third.heard() === 'five!six!');
  expect(behind[0].closed).toBe(false);
});

it('that is slow carries everything, in order, late and not faster than it may', async () => {
  link.slowDown({ delayMs: 200, bitsPerSecond: 8000 });
  const { socket, heard } = await client();
  const begin = performance.now();
  socket.write('a'.repeat(500));
  await until('the first bytes are there', () => arrived.length === 500);
  // 200 ms, and half a second for 500 bytes.
  expect(performance.now() - begin).toBeGreaterThan(650);
  socket.write('b');
  await until('the echo is there', () => heard().length === 503);
  expect(heard()).toBe(`${'a'.repeat(500)}!b!`);
  expect(performance.now() - begin).toBeGreaterThan(1300);
});

it('that is mended delivers at once what was on its way', async () => {
  link.slowDown({ delayMs: 3_600_000, bitsPerSecond: 1 });
  const { socket, heard } = await client();
  socket.write('slow');
  await until('the link has it', () => socket.bytesWritten === 4);
  link.mend();
  socket.write('fast');
  await until('the echo is there', () => heard().replaceAll('!', '') === 'slowfast');
});
