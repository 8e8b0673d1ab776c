// The source of a large app: 10,000 files of 1 kB, a hundred in each folder.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDERS = 100;
const FILES_EACH = 100;

export function writeManyFiles(source: string): void {
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    mkdirSync(join(source, `folder-${folder}`), { recursive: true });
    for (let file = 0; file < FILES_EACH; file += 1) {
      const text = `${folder} ${file} of a source of many files\n`;
      const repeated = text.repeat(Math.ceil(1000 / text.length)).slice(0, 1000);
      writeFileSync(join(source, `folder-${folder}/file-${file}.txt`), repeated);
    }
  }
}
