// Files that editors keep beside the one being edited: swap files, locks, backups, drafts that are then renamed.
import { posix } from "node:path";

const NAME =
  /^(?:4913|\..*\.sw[a-z]|.+~|\.#.*|#.*#|\.subl.*\.tmp|.*___jb_(?:tmp|old)___|\.goutputstream-.*|\..*\.kate-swp)$/;

/** A change of such a file alone is no change of a source that anybody made. */
export function isEditorFile(path: string): boolean {
  return NAME.test(posix.basename(path));
}
