import { describe, expect, it } from 'vitest';
import { readSettingFile } from './setting-file.js';

describe('a file that a setting names', () => {
  it('is read', async () => {
    const bytes = await readSettingFile(new URL(import.meta.url).pathname, 'bundle');
    expect(bytes.length).toBeGreaterThan(100);
  });

  it('that is not there is the user’s to put right, with setting and file named', async () => {
    await expect(readSettingFile('/nowhere/b.ddnn', 'bundle')).rejects.toMatchObject({
      code: 'DDNN_PROCESS_FILE',
      userFault: true,
      message: expect.stringMatching(/setting bundle: \/nowhere\/b\.ddnn cannot be read/),
    });
  });
});
