export { draftOf, removeAbandonedDrafts, replaceFile } from "./drafts.ts";
export { FileProblem } from "./file-problem.ts";
export { checkSmallFile, openRegular, readSmallFile, readSmallFileSync } from "./read-small-file.ts";
