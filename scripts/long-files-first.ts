// The order of test files: those that take long come first, so that all workers are busy to the end. Vitest itself goes
// by the time of earlier runs, and in a fresh checkout by size.
import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Test files that take half a minute or more on an engine, the longest first. */
export const longFiles: readonly string[] = [
  ...["source-caches", "incremental", "queue", "s2i", "examples", "watch", "dependencies", "hostile"],
  ...["compare-apps", "why", "s2i-shapes", "sources", "store", "run", "heirs", "store-faults", "limits"],
  ...["attest", "secrets", "clean", "corpus", "start", "monorepo-tools"],
].map((name) => `${name}.test.ts`);

export class LongFilesFirst extends BaseSequencer {
  /** Otherwise the order is vitest's, and groups stay together. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const groupOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
    const placeOf = ({ moduleId, project }: TestSpecification) => {
      const place = ["e2e", "field"].includes(project.name) ? longFiles.indexOf(basename(moduleId)) : -1;
      return place === -1 ? longFiles.length : place;
    };
    return sorted.toSorted((one, other) => groupOf(one) - groupOf(other) || placeOf(one) - placeOf(other));
  }
}
