import { build } from 'esbuild';

/** What only Node has; a free use of it is renamed by the build, so that it can be found. */
const NODE_ONLY = ['Buffer', 'process', 'require', 'setImmediate', '__dirname', '__filename'];
const mark = (name: string) => `__only_node_has_${name}`;

/** Where the script begins: a file, or TypeScript text and the folder that its imports start from. */
export type ScriptEntry = { readonly file: string } | { readonly text: string; readonly folder: string };

/**
 * Bundles sources for a browser, as an ES module. Throws where anything imports a module of Node, or uses a global that
 * only Node has.
 */
export async function browserScript(entry: ScriptEntry): Promise<string> {
  const { outputFiles } = await build({
    ...('file' in entry
      ? { entryPoints: [entry.file] }
      : { stdin: { contents: entry.text, resolveDir: entry.folder, loader: 'ts' } }),
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    conditions: ['source'],
    define: Object.fromEntries(NODE_ONLY.map((name) => [name, mark(name)])),
    logLevel: 'silent',
  });
  const script = outputFiles[0].text;
  const used = NODE_ONLY.filter((name) => script.includes(mark(name)));
  if (used.length > 0) throw new Error(`the script for the browser uses ${used.join(', ')}, which only Node has`);
  return script;
}
