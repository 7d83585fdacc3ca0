import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Answer, Files, Question } from './answers.js';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
const PAGE = '<!doctype html><meta charset="utf-8"><title>DDNN</title><script type="module" src="/script.js"></script>';

/** A page of a browser with a fresh profile, that runs the script and answers questions. */
export class BrowserPage {
  readonly #executable: string;
  readonly #files = new Map<string, { readonly type: string; readonly body: string | Uint8Array }>();
  readonly #server = createServer((request, response) => {
    const file = this.#files.get(request.url ?? '');
    response.writeHead(file ? 200 : 404, { 'content-type': file?.type ?? 'text/plain', 'cache-control': 'no-store' });
    response.end(file?.body);
  });
  #browser: Browser | undefined;
  #page: Page | undefined;

  /** @param executable the browser @param script the ES module that the page loads */
  constructor(executable: string, script: string) {
    this.#executable = executable;
    this.#files.set('/', { type: 'text/html', body: PAGE });
    this.#files.set('/script.js', { type: 'text/javascript; charset=utf-8', body: script });
  }

  /** Throws where the script fails as it loads. */
  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#browser = await chromium.launch({ executablePath: this.#executable, args: FLAGS });
    this.#page = await this.#browser.newPage();
    const failures: Error[] = [];
    this.#page.on('pageerror', (error) => failures.push(error));
    await this.#page.goto(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`);
    if (failures.length > 0) throw failures[0];
  }

  /** Asks the page. The files go over HTTP, for they are large. */
  async answer<Q extends Question>(question: Q, ...files: Files<Q>): Promise<Answer<Q>> {
    const paths = files.map((_, i) => `/file/${i}`);
    for (const [i, body] of files.entries()) this.#files.set(paths[i], { type: 'application/octet-stream', body });
    const text = await this.#page!.evaluate(
      ({ question, paths }) => {
        const { answer } = globalThis as unknown as typeof import('./browser-entry.js');
        return answer(question, paths);
      },
      { question, paths },
    );
    return JSON.parse(text);
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
