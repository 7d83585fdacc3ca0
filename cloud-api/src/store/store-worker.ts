import { parentPort, workerData } from 'node:worker_threads';
import { storeError } from './store-error.js';
import { StoreFile, type StoreFileOptions } from './store-file.js';
import type { StoreAnswer, StoreCall } from './store-thread.js';

/** The life of a store's thread: answers the calls of {@link StoreThread} in their order. */
const options = workerData as StoreFileOptions;
const file = new StoreFile(options);

parentPort!.on('message', ([method, args]: StoreCall) => {
  parentPort!.postMessage(answer(method, args));
  if (method === 'close') parentPort!.close();
});

function answer(method: StoreCall[0], args: StoreCall[1]): StoreAnswer {
  try {
    return { value: (file[method] as (...args: unknown[]) => unknown)(...args) };
  } catch (error) {
    const { code, message, cause } = storeError(options.file, error, 'DDNN_STORE_FAILED');
    // An error loses its code on the way between threads, so the code is sent separately. Only an unexpected error
    // needs its stack.
    return { code, message, cause: code === 'DDNN_STORE_FAILED' ? cause : undefined };
  }
}
