import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Forks `module` of this folder with its task, and waits until it has said that it is ready. `flags`: of its Node. */
export async function start<Task, Ready>(
  module: string,
  task: Task,
  flags: readonly string[] = [],
): Promise<{ child: Child; ready: Ready }> {
  const file = fileURLToPath(new URL(`./${module}.js`, import.meta.url));
  const process_ = fork(file, [JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
    execArgv: ['--expose-gc', ...flags],
  });
  const child = new Child(process_);
  try {
    return { child, ready: await child.answer<Ready>() };
  } catch (error) {
    child.stop();
    throw error;
  }
}

/** A child process that answers one question after the other. */
export class Child {
  readonly #process: ChildProcess;

  constructor(process_: ChildProcess) {
    this.#process = process_;
  }

  get pid(): number {
    return this.#process.pid!;
  }

  ask<Answer>(question: object): Promise<Answer> {
    const answer = this.answer<Answer>();
    this.#process.send(question);
    return answer;
  }

  async answer<Answer>(): Promise<Answer> {
    const stop = new AbortController();
    const { signal } = stop;
    const gone = once(this.#process, 'exit', { signal }).then(([code]) => {
      throw new Error(`a process of the benchmark ended with ${code}`);
    });
    try {
      const [message] = await Promise.race([once(this.#process, 'message', { signal }), gone]);
      if (message.failure !== undefined) throw new Error(message.failure);
      return message as Answer;
    } finally {
      gone.catch(() => {});
      stop.abort();
    }
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }
}

/** The child's side: answers questions by `reply`; an error ends as the answer `failure`. */
export async function serve<Task, Question>(
  begin: (task: Task) => Promise<{ ready: object; reply: (question: Question) => unknown }>,
): Promise<void> {
  const say = (message: object) => process.send!(message);
  const fail = (error: unknown) => say({ failure: (error as Error).stack ?? String(error) });
  process.once('disconnect', () => process.exit());
  try {
    const { ready, reply } = await begin(JSON.parse(process.argv[2]));
    process.on('message', (question) => {
      Promise.resolve(question as Question)
        .then(reply)
        .then((answer) => say(answer as object), fail);
    });
    say(ready);
  } catch (error) {
    fail(error);
  }
}
