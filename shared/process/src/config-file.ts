import { readFileSync } from 'node:fs';
import { isMap, isNode, isScalar, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import { ConfigError } from './config-error.js';
import { isMapping } from './schema.js';

/** A YAML file's settings and where each of them stands. */
export interface ConfigFile {
  readonly values: Record<string, unknown>;
  /** `FILE, line N` of the setting, or of the nearest section around it that the file has; undefined if it has none */
  place(path: readonly string[]): string | undefined;
}

/**
 * Reads a YAML file of settings. An empty file has no settings.
 *
 * @throws ConfigError naming file, line and column when it is not readable, not YAML or not a mapping
 */
export function readConfigFile(file: string): ConfigFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError('DDNN_CONFIG_FILE', `${file}: cannot be read: ${(cause as Error).message}`, { cause });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new ConfigError('DDNN_CONFIG_YAML', `${file}, line ${line}, column ${col}: ${withoutText(broken)}`);
  }
  let values: unknown;
  try {
    values = document.toJS() ?? {};
  } catch (cause) {
    throw new ConfigError('DDNN_CONFIG_YAML', `${file}: ${withoutText(cause)}`);
  }
  if (!isMapping(values)) {
    throw new ConfigError('DDNN_CONFIG_YAML', `${file}, line 1, column 1: must be a mapping of settings`);
  }
  const place = (path: readonly string[]): string | undefined => {
    let node: unknown = document.contents;
    let offset: number | undefined;
    for (const key of path) {
      if (!isNode(node)) break;
      const child = isMap(node) ? pairOf(node, key) : undefined;
      const value = child
        ? child.value
        : 'get' in node
          ? (node as unknown as YAMLMap).get(Number(key), true)
          : undefined;
      const marker = child?.key ?? value;
      if (!isNode(marker) || !marker.range) break;
      offset = marker.range[0];
      node = value;
    }
    return offset === undefined ? undefined : `${file}, line ${lines.linePos(offset).line}`;
  };
  return { values, place };
}

function pairOf(map: YAMLMap, key: string) {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
}

/** YAML's message without the part after a colon, which may repeat text of the file, and that may be a secret. */
function withoutText(error: unknown): string {
  return (error as Error).message.split(': ', 1)[0]!;
}
