import { answers, type Question } from './answers.js';

/**
 * Runs in the page: fetches the files of a question and answers it. The JSON is text, so that nothing is lost on the
 * way.
 */
export async function answer(question: Question, paths: readonly string[]): Promise<string> {
  const files = await Promise.all(paths.map(load));
  const work = answers[question] as (...files: Uint8Array[]) => unknown;
  return JSON.stringify(await work(...files));
}

async function load(path: string): Promise<Uint8Array> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

Object.assign(globalThis, { answer });
