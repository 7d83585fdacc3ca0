import { agentAnswers } from './agent-answers.js';
import { bundleAnswers } from './bundle-answers.js';
import { exitAnswers } from './exit-answers.js';
import { frameAnswers } from './frame-answers.js';
import { signatureAnswers } from './signature-answers.js';
import { streetAnswers } from './street-answers.js';

/** What Node and a browser are both asked: files in, JSON out. */
export const answers = {
  agents: agentAnswers,
  exits: (bundle: Uint8Array, recording: Uint8Array) => exitAnswers(bundle, recording),
  frames: frameAnswers,
  bundle: bundleAnswers,
  signature: signatureAnswers,
  street: streetAnswers,
};
export type Question = keyof typeof answers;
/** The files that a question is about. */
export type Files<Q extends Question> = Parameters<(typeof answers)[Q]>;
/** What comes back. */
export type Answer<Q extends Question> = Awaited<ReturnType<(typeof answers)[Q]>>;
