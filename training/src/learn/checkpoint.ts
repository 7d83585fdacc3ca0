import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { TrainingError } from '../errors.js';
import { replaceFile } from '../export/replace-file.js';
import type { FitCheckpoint, FitState } from './fit.js';
import { differenceOf, type TrainingIdentity } from './training-identity.js';

/** A checkpoint file: this line · SHA-256 of what follows · a structured clone as `node:v8` writes it. */
const MAGIC = 'DDNN checkpoint 1\n';
const HASH_BYTES = 32;
const HEAD_BYTES = MAGIC.length + HASH_BYTES;

/** Time between two writes: a crash may lose this much work, but a memory card wears out less. */
const INTERVAL_MS = 5000;

/** Where to keep what is needed to go on after an interruption. */
export interface CheckpointOptions {
  readonly file: string;
  /** Go on from the file if it is there; false: start anew and overwrite it; left out: refuse to overwrite it. */
  readonly resume?: boolean | undefined;
  /** Called with the epochs that are done already, if training goes on; `stage` is teacher or network. */
  readonly onResume?: ((epoch: number, stage: string) => void) | undefined;
}

/** The state of each network that is trained in one run, by name. */
type Stages = Record<string, FitState>;

/**
 * The state of training in a file, which is replaced as a whole every few seconds at the end of an epoch. Going on from
 * any of these states gives the same bundle, byte for byte.
 */
export class Checkpoint {
  readonly #file: string;
  readonly #identity: TrainingIdentity;
  readonly #stages: Stages;
  #pending: Buffer | undefined;
  #writtenAt = Number.NEGATIVE_INFINITY;

  private constructor(file: string, identity: TrainingIdentity, stages: Stages) {
    this.#file = file;
    this.#identity = identity;
    this.#stages = stages;
  }

  /**
   * Throws `DDNN_CHECKPOINT_EXISTS` if there is a file and nobody said what to do with it; `DDNN_CHECKPOINT_OTHER` if
   * it belongs to another training than the one to be resumed; `DDNN_CHECKPOINT_DAMAGED`; and `DDNN_CHECKPOINT_FILE`.
   */
  static async open({ file, resume, onResume }: CheckpointOptions, identity: TrainingIdentity): Promise<Checkpoint> {
    const bytes = resume === false ? undefined : await readIfThere(file);
    if (!bytes) return new Checkpoint(file, identity, {});
    if (!resume) {
      const reason = 'an interrupted training left it: go on from it with --resume, or start anew with --no-resume';
      throw new TrainingError('DDNN_CHECKPOINT_EXISTS', `${file}: ${reason}`);
    }
    const content = decode(bytes, file);
    const difference = differenceOf(content.identity, identity);
    if (difference) {
      const reason = `it is of another training (${difference}): start anew with --no-resume`;
      throw new TrainingError('DDNN_CHECKPOINT_OTHER', `${file}: ${reason}`);
    }
    const [stage, { epoch }] = Object.entries(content.stages).at(-1)!;
    onResume?.(epoch, stage);
    return new Checkpoint(file, identity, content.stages);
  }

  /** The part of one network. */
  stage(name: string): FitCheckpoint {
    return {
      start: this.#stages[name],
      keep: (state) => this.#keep(name, state),
      flush: () => this.#flush(),
    };
  }

  async #keep(name: string, state: FitState): Promise<void> {
    this.#stages[name] = state;
    // Serialised at once, because training changes the same arrays.
    this.#pending = serialize({ identity: this.#identity, stages: this.#stages });
    if (performance.now() - this.#writtenAt >= INTERVAL_MS) await this.#flush();
  }

  async #flush(): Promise<void> {
    if (!this.#pending) return;
    const body = this.#pending;
    this.#pending = undefined;
    const hash = createHash('sha256').update(body).digest();
    try {
      await replaceFile(this.#file, Buffer.concat([Buffer.from(MAGIC), hash, body]));
    } catch (error) {
      throw new TrainingError('DDNN_CHECKPOINT_FILE', `${this.#file}: cannot be written: ${(error as Error).message}`);
    }
    this.#writtenAt = performance.now();
  }
}

/** Where the second of two trainings keeps its state. */
export function refitCheckpoint(file: string): string {
  return `${file}.refit`;
}

/** Removes a checkpoint, once its bundle is safe. */
export async function removeCheckpoint(file: string): Promise<void> {
  for (const name of [file, refitCheckpoint(file)]) await rm(name, { force: true });
}

function decode(bytes: Buffer, file: string): { identity: TrainingIdentity; stages: Stages } {
  const damaged = (why: string) =>
    new TrainingError('DDNN_CHECKPOINT_DAMAGED', `${file}: ${why}: start anew with --no-resume`);
  if (bytes.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) throw damaged('not a checkpoint of this software');
  const body = bytes.subarray(HEAD_BYTES);
  const hash = createHash('sha256').update(body).digest();
  if (!hash.equals(bytes.subarray(MAGIC.length, HEAD_BYTES))) throw damaged('its SHA-256 does not match its content');
  try {
    return deserialize(body);
  } catch (error) {
    throw damaged((error as Error).message);
  }
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new TrainingError('DDNN_CHECKPOINT_FILE', `${file}: cannot be read: ${(error as Error).message}`);
  }
}
