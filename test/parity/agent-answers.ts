import { AgentCore } from '@ddnn/device-agent/core';
import { FeatureBodies, openBundle } from '@ddnn/model';
import { decodeCodedFeatures, decodeFeatures, encodeFeatureRequest } from '@ddnn/protocol';
import { hex, sha256 } from './exact.js';
import { readRecording } from './recording.js';

const EPOCH = 7;
/** Samples in a summary frame: the last one of a recording is not full. */
export const BATCH = 5;

/** What the agents of a site sent about a recording. */
export interface AgentAnswers {
  /** Present views that went through a device section. */
  readonly images: number;
  /** Bytes of all frames. */
  readonly frameBytes: number;
  /** How many different feature maps there were, read back from the frames. */
  readonly maps: number;
  /**
   * SHA-256 of each sample's frames, a features frame from every view and the summaries that it fills, and of the last
   * ones.
   */
  readonly samples: readonly string[];
}

/** Shows every picture of a recording to one agent a view, and asks each for its features. */
export async function agentAnswers(bundleFile: Uint8Array, recording: Uint8Array): Promise<AgentAnswers> {
  const bundle = openBundle(bundleFile);
  const { views, input } = bundle.architecture;
  const agents = Array.from({ length: views }, (_, view) => new AgentCore(bundle, view, 4, BATCH));
  for (const agent of agents) agent.epoch = EPOCH;
  const { featureBytes } = bundle.shapes.device;
  const bodies = new FeatureBodies(bundle);
  const samples: string[] = [];
  const maps = new Set<string>();
  let images = 0;
  let frameBytes = 0;
  let slot = 0;
  for (const sample of readRecording(recording, views, input.height * input.width * input.channels)) {
    const request = encodeFeatureRequest(EPOCH, [slot]);
    const frames: Uint8Array[] = [];
    for (const [view, agent] of agents.entries()) {
      const summaries = agent.capture(slot, sample.views[view]);
      const features = agent.answer(request);
      frames.push(...summaries, features);
      if (bodies.coded) {
        decodeCodedFeatures(features, EPOCH, featureBytes, 1, (_, body) => {
          if (body) maps.add(hex(bodies.open(view, body)));
        });
      } else {
        decodeFeatures(features, EPOCH, featureBytes, 1, (_, hasBody, at) => {
          if (hasBody) maps.add(hex(features.subarray(at, at + featureBytes)));
        });
      }
    }
    for (const pixels of sample.views) if (pixels) images++;
    for (const frame of frames) frameBytes += frame.length;
    samples.push(await sha256(frames));
    slot++;
  }
  const last = agents.flatMap((agent) => agent.flush());
  for (const frame of last) frameBytes += frame.length;
  samples.push(await sha256(last));
  return { images, frameBytes, maps: maps.size, samples };
}
