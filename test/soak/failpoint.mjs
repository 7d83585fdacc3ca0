// Loaded into an edge or a cloud before it starts: ends the process with SIGKILL at the call that FAILPOINT names, such
// as `send 3`: the third thing that it sends. `write` ends it before a write to its disk, `wrote` right behind one.
import { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { ClassicLevel } from 'classic-level';

const [kind, nth] = (process.env.FAILPOINT ?? '').split(' ');
let calls = 0;

function pass(here) {
  if (here === kind && ++calls === Number(nth)) process.kill(process.pid, 'SIGKILL');
}

const { write } = Socket.prototype;
Socket.prototype.write = function (...args) {
  pass('send');
  return write.apply(this, args);
};

// The outbox of an edge.
const { batch } = ClassicLevel.prototype;
ClassicLevel.prototype.batch = async function (...args) {
  pass('write');
  await batch.apply(this, args);
  pass('wrote');
};

// The store of a cloud writes in a thread of its own: what it is asked, and what it answers.
const { postMessage, emit } = Worker.prototype;
Worker.prototype.postMessage = function (...args) {
  pass('write');
  return postMessage.apply(this, args);
};
Worker.prototype.emit = function (event, ...args) {
  if (event === 'message') pass('wrote');
  return emit.call(this, event, ...args);
};
