import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** Why a child can't: its error, as far as it passes between processes. */
interface Failure {
  readonly failure: { readonly message: string; readonly stack: string; readonly userFault?: boolean; code?: string };
}

/**
 * Forks a module with its task, and waits until it has said that it is ready. Throws what the child threw.
 *
 * @param module file without its ending, beside the module whose `import.meta.url` is `beside`
 * @param flags of its Node
 */
export async function start<Task, Ready>(
  module: string,
  beside: string,
  task: Task,
  flags: readonly string[] = [],
): Promise<{ child: Child; ready: Ready }> {
  const process_ = fork(new URL(`${module}.js`, beside), [JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
    execArgv: [...flags],
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
      const [message] = (await Promise.race([once(this.#process, 'message', { signal }), gone])) as [Answer | Failure];
      if (!isFailure(message)) return message;
      const { failure } = message;
      throw Object.assign(new Error(failure.message), failure);
    } finally {
      gone.catch(() => {});
      stop.abort();
    }
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }
}

function isFailure(message: unknown): message is Failure {
  return (message as Partial<Failure>).failure !== undefined;
}

/** The child's side: answers questions by `reply`; an error ends as the answer `failure`. */
export async function serve<Task, Question>(
  begin: (task: Task) => Promise<{ ready: object; reply: (question: Question) => unknown }>,
): Promise<void> {
  const say = (message: object) => process.send!(message);
  const fail = (error: unknown) => {
    const { message = String(error), stack = message, userFault, code } = error as Partial<Failure['failure']>;
    say({ failure: { message, stack, userFault, code } } satisfies {
      failure: Record<keyof Failure['failure'], unknown>;
    });
  };
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
