export { draftOf, removeAbandonedDrafts, replaceFile } from "./drafts.ts";
export { FileProblem, type FileProblemKind } from "./file-problem.ts";
export {
  checkSmallFile,
  openRegular,
  type ReadLimits,
  readSmallFile,
  readSmallFileSync,
} from "./read-small-file.ts";
