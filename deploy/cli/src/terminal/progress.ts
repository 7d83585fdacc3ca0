import pc from 'picocolors';

const WIDTH = 24;
const REFRESH_MS = 100;

/** A line on standard error that redraws itself on a terminal; elsewhere a plain line every tenth of the way. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  #drawnAt = 0;
  #tenth = -1;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  /** @param share 0 to 1 @param text text after the bar */
  update(share: number, text: string): void {
    if (this.#stream.isTTY) {
      const now = performance.now();
      if (now - this.#drawnAt < REFRESH_MS && share < 1) return;
      this.#drawnAt = now;
      this.#stream.write(`\r\x1b[2K${bar(share)} ${text}`.slice(0, (this.#stream.columns || 120) + 40));
    } else {
      const tenth = Math.floor(share * 10);
      if (tenth === this.#tenth) return;
      this.#tenth = tenth;
      this.#stream.write(`${String(Math.round(share * 100)).padStart(3)} % ${text}\n`);
    }
  }

  /** Clears the line. */
  end(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[2K');
    this.#tenth = -1;
  }
}

/**
 * Work on rows with a line that counts them behind `what`.
 *
 * @param work gets what to call with the rows done and all
 */
export async function withProgress<T>(
  what: string,
  work: (onProgress: (done: number, rows: number) => void) => Promise<T>,
): Promise<T> {
  const line = new ProgressLine();
  const result = await work((done, rows) => line.update(done / rows, `${what} ${done}/${rows}`));
  line.end();
  return result;
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * WIDTH);
  return pc.cyan('█'.repeat(full)) + pc.dim('░'.repeat(WIDTH - full));
}
