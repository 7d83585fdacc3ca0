import { Type } from 'typebox';
import type { Logger } from './logger.js';
import { readSettingFile } from './setting-file.js';

const SETTING = 'bundleKeys';
/** The 32 bytes of a key as base64; any other text is the name of a file. */
const KEY_ITSELF = /^[A-Za-z0-9+/]{43}=$/;

/** The setting `bundleKeys` of agent, edge and cloud: the public keys that may have signed a bundle. */
export const BundleKeysSetting = Type.Optional(
  Type.Array(Type.String({ minLength: 1 }), {
    minItems: 1,
    maxItems: 16,
    description:
      'who may have signed the bundle: files of public keys, or keys as base64; without it the signature is not checked',
  }),
);

/**
 * The texts of the keys that the setting lists, with names for messages. If it is not set, the log says that the
 * bundle is not checked, and the result is undefined.
 *
 * @throws ProcessError `DDNN_PROCESS_FILE` where a file cannot be read
 */
export async function readBundleKeys(
  entries: readonly string[] | undefined,
  logger: Logger,
): Promise<{ name: string; text: string }[] | undefined> {
  if (entries === undefined) {
    logger.info(`${SETTING} is not set: the signature of the bundle is not checked`);
    return undefined;
  }
  return Promise.all(
    entries.map(async (entry, index) => {
      if (KEY_ITSELF.test(entry)) return { name: `the setting ${SETTING}.${index}`, text: entry };
      return { name: entry, text: new TextDecoder().decode(await readSettingFile(entry, SETTING)) };
    }),
  );
}
