import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Aedes } from 'aedes';
import type { Contender } from '../contender.js';
import { Answers, VIEWS } from '../scenes.js';

/** Aedes as it comes, and one listener that counts: what the broker itself can take. */
export class BareAedes implements Contender {
  readonly answers = new Answers();
  onAnswer: ((slot: number) => void) | undefined;
  #messages = 0;

  async start(): Promise<number> {
    const aedes = await Aedes.createBroker();
    await new Promise<void>((resolve) => {
      aedes.subscribe(
        's/#',
        (_packet, done) => {
          if (++this.#messages % VIEWS === 0) this.answers.count();
          done();
        },
        resolve,
      );
    });
    const server = createServer((socket) => {
      socket.setNoDelay(true);
      aedes.handle(socket);
    }).listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }
}
