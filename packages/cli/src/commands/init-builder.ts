// The value of `sti init --builder`: a kind, the Dockerfiles of the folder, or an image that the engine has.
import { describeFailure, isS2iBuilder, parseImageReference } from "@sti/core";
import { connectEngine } from "../engine/connect-engine.ts";
import type { Inspection } from "../init/inspection.ts";
import type { BuilderChoice, S2iImages } from "../init/proposal.ts";
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

/** The engine's s2i builder images, for a folder with sources of s2i. An engine that does not answer is no failure. */
export async function findS2iImages(
  { s2iSources }: Inspection,
  { builder, engine }: BuilderOptions,
  context: CommandContext,
): Promise<S2iImages | undefined> {
  if (builder !== undefined || s2iSources.length === 0) return undefined;
  const connected = await connectEngine({ engine, context, sweep: false });
  if (!connected.ok) {
    const [failure] = connected.failures;
    return { problem: failure === undefined ? "" : describeFailure(failure, (file) => file).summary };
  }
  const images = new Set(connected.value.facts.images.values());
  const found = [...images].filter(({ labels }) => isS2iBuilder(labels)).flatMap(({ tags }) => tags);
  return { tags: [...new Set(found)].sort() };
}
