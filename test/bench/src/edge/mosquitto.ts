import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

const START_MS = 5_000;
/** Debian keeps it where a plain user's PATH does not look. */
const PLACES = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'];
export const INSTALL_MOSQUITTO = 'apt install mosquitto';

/** A Mosquitto of this benchmark, on a free port, without a bound on what waits for its subscriber. */
export class Mosquitto {
  readonly port: number;
  readonly #process: ChildProcess;

  private constructor(process_: ChildProcess, port: number) {
    this.#process = process_;
    this.port = port;
  }

  /** Undefined where Mosquitto is not installed, or not where its CPU time can be read. */
  static async start(folder: string): Promise<Mosquitto | undefined> {
    const program = PLACES.find(existsSync);
    if (!program || !existsSync('/proc/self/stat')) return undefined;
    const port = await freePort();
    const settings = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'persistence false', 'log_type none'];
    settings.push('max_queued_messages 0', 'max_inflight_messages 0', 'set_tcp_nodelay true');
    const file = join(folder, 'mosquitto.conf');
    await writeFile(file, `${settings.join('\n')}\n`);
    const started = spawn(program, ['-c', file], { stdio: ['ignore', 'ignore', 'inherit'] });
    // However this process ends.
    process.once('exit', () => started.kill('SIGKILL'));
    const giveUpAt = performance.now() + START_MS;
    while (!(await answers(port))) {
      if (performance.now() > giveUpAt || started.exitCode !== null) throw new Error('Mosquitto does not start');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return new Mosquitto(started, port);
  }

  /** CPU time of its process since the start (proc(5): utime and stime, in clock ticks). */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#process.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond();
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }
}

let ticks = 0;
function ticksPerSecond(): number {
  ticks ||= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return ticks;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
