// How long the builds of a project's targets took on workers, so that the next session orders the long ones first.
import { createPrivateFiles, type PrivateFolder } from "@sti/source/private";

const NAME = "build-times.json";
/** Bytes. */
const LARGEST = 4 * 2 ** 20;
/** Milliseconds. */
const LONGEST = 7 * 24 * 3600_000;

export interface BuildTimes {
  /** Milliseconds by target. Empty where nothing that can be read is known. */
  read(): ReadonlyMap<string, number>;
  /** Rejects where nothing can be written. */
  write(times: ReadonlyMap<string, number>): Promise<void>;
}

/** `memory`: of the project. */
export function createBuildTimes(memory: PrivateFolder): BuildTimes {
  const files = createPrivateFiles(memory, LARGEST);
  return {
    read: () => new Map(Object.entries(parse(files.read(NAME))).filter(isTime)),
    write: async (times) => await files.write(NAME, JSON.stringify(Object.fromEntries(times))),
  };
}

function parse(text: string | undefined): object {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function isTime(entry: [string, unknown]): entry is [string, number] {
  const [, time] = entry;
  return typeof time === "number" && time >= 0 && time <= LONGEST;
}
