// Options of a session, as the parser hands them over. Types only.
import type { OnFailure, SessionEvent } from "@sti/core";
import type { TargetFlags } from "../process/flags.ts";
import type { ReporterName } from "../render/reporters.ts";
import type { Report } from "../report/report-formats.ts";

export interface SessionOptions extends Pick<TargetFlags, "clean" | "force"> {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  /** A number, or a percentage of the engine's processors. */
  readonly concurrency?: number | string;
  readonly onFailure?: OnFailure;
  /** Ring the terminal bell when a long session ends. */
  readonly bell?: boolean;
  /** Names of reporters. */
  readonly reporter?: readonly ReporterName[];
  /** FILE or NAME=FILE, of a reporter. */
  readonly outputFile?: readonly string[];
  /** Files about the whole session, written when it has finished. */
  readonly report?: readonly Report[];
  /** JSON file that gets the result of each target. */
  readonly metadataFile?: string;
  /** Port of a live page, 0 for any free one; undefined: there is none. */
  readonly ui?: number;
  /** Gets each event of a session without a terminal, which has only reporters with a file. */
  readonly record?: (event: SessionEvent) => void;
}
