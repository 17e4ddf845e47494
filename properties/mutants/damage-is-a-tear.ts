/** Whatever cannot be read ends the log, as if a crash had torn it: what lies behind is dropped, though it was acknowledged. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const damageIsATear: Mutant = {
  id: 'damage-is-a-tear',
  title: 'a damaged entry is taken for the end of the log',
  source: "ZooKeeper's reader takes a missing end byte for the end of the file, wherever it is; FAST 2018",
  tier: 2,
  breaks: ['exact-recovery', 'no-lost-committed'],
  scenarios: ['disk'],
  edits: [
    {
      file: 'src/storage/loading.ts',
      find: 'this.watermark = bytes === undefined ? null : parseWatermark(bytes);',
      replace: 'this.watermark = { sequence: 0, zxid: ZXID_ZERO };',
    },
  ],
};
