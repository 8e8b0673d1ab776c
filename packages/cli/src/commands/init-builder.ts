// The value of `sti init --builder`: a kind, the Dockerfiles of the folder, or an image that the engine has.
import { parseImageReference } from "@sti/core";
import { connectEngine } from "../engine/connect-engine.ts";
import type { BuilderChoice } from "../init/proposal.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import { builderKinds } from "../project/builders.ts";
import { sanitizeLine } from "../render/sanitize.ts";

export interface BuilderOptions {
  readonly builder?: string;
  readonly engine?: string;
}

/** An exit code if the value names nothing that is there; the problem is reported then. */
export async function chooseBuilder(
  { builder, engine }: BuilderOptions,
  context: CommandContext,
): Promise<{ readonly choice: BuilderChoice } | { readonly exitCode: number }> {
  if (builder === undefined || builder === "dockerfile") return { choice: builder };
  const kind = builderKinds.find((one) => one === builder);
  if (kind !== undefined) return { choice: { kind } };
  const refuse = (problem: string) => {
    const hint = `  hint: kinds of sti: ${builderKinds.join(", ")}; dockerfile keeps the Dockerfiles of the folder`;
    context.stderr.write(`sti: --builder ${sanitizeLine(builder)}: ${problem}\n${hint}\n`);
    return { exitCode: exitCodes.usage };
  };
  const parsed = parseImageReference(builder);
  if ("problem" in parsed) return refuse(`neither a kind nor an image reference: it ${parsed.problem}`);
  const connected = await connectEngine({ engine, context });
  if (!connected.ok) return { exitCode: reportFailures(connected.failures, context) };
  // A name that nobody has would be pulled by the first run, from whoever owns it.
  const found = await connected.value.engine.inspectImage(parsed.reference.full, { signal: context.signal });
  if (found === undefined) return refuse("no kind, and the engine has no image of this name; pull it first");
  return { choice: { image: builder } };
}
