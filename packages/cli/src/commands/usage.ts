// `sti usage IMAGE`: prints an image's usage, or describes it if it has no usage script.
import {
  type Engine,
  EngineError,
  failureOfError,
  foreignProgram,
  formatSessionId,
  type ImageDetails,
  LABEL,
  type OutputChunk,
  parseImageReference,
  readScript,
  splitLines,
  surveyImage,
} from "@sti/core";
import { connectEngine } from "../engine/connect-engine.ts";
import { describeContract, printContract } from "../engine/image-contract.ts";
import { obtainImage } from "../engine/obtain-image.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import { currentOwner } from "../process/session-owner.ts";
import { formatJson } from "../render/format-json.ts";
import { sanitizeLine } from "../render/sanitize.ts";

export interface UsageOptions {
  readonly engine?: string;
  /** Folder of the scripts; /usr/bin when left out. */
  readonly scripts?: string;
  /** Print the facts as JSON; nothing of the image is run. */
  readonly json?: boolean;
  /** Print only the script's output. */
  readonly quiet?: boolean;
}

interface Work {
  readonly engine: Engine;
  readonly details: ImageDetails;
  /** As it was written. */
  readonly image: string;
  readonly scripts: string;
  /** Start of the names of its containers. */
  readonly session: string;
  /** The engine's. */
  readonly architecture: string | undefined;
  readonly options: UsageOptions;
  readonly context: CommandContext;
}

/** Resolves to the exit code: 1 when the script fails. */
export async function runUsage(
  image: string,
  options: UsageOptions,
  context: CommandContext,
): Promise<number> {
  const parsed = parseImageReference(image);
  if ("problem" in parsed) {
    context.stderr.write(`sti: ${image} is not an image reference: it ${parsed.problem}\n`);
    return exitCodes.usage;
  }
  const connected = await connectEngine({ engine: options.engine, context });
  if (!connected.ok) return reportFailures(connected.failures, context);
  const { engine, facts } = connected.value;
  const architecture = facts.engine?.architecture;
  try {
    const obtained = await obtainImage(engine, parsed.reference, { image, signal: context.signal });
    if (!obtained.ok) return reportFailures(obtained.failures, context);
    const scripts = (options.scripts ?? "/usr/bin").replace(/\/+$/, "");
    const session = formatSessionId(currentOwner());
    const details = obtained.value;
    return await printUsage({
      engine,
      details,
      image,
      scripts,
      session,
      architecture,
      options,
      context,
    });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const place = { target: { name: image, path: [] }, scriptOf: () => undefined, incremental: false };
    return reportFailures([failureOfError(error, place)], context);
  }
}

async function printUsage(work: Work): Promise<number> {
  const { context, details, engine, options, scripts } = work;
  const survey = { scripts, containerName: `${work.session}-1` };
  const facts = await surveyImage(engine, details, survey, { signal: context.signal });
  const script = facts.contract.scripts.usage;
  context.signal.throwIfAborted();
  // Without the signal: a container whose id is not waited for could not be removed.
  const container = await engine.createContainer({
    image: details.id,
    name: `${work.session}-2`,
    entrypoint: [script],
    cmd: [],
    env: [],
    user: "",
    labels: { [LABEL.managed]: "1" },
    mounts: [],
  });
  let hasUsage: boolean;
  try {
    const usage = await readScript(script, (path, headBytes) =>
      engine.readFile(container, path, { signal: context.signal, headBytes }),
    );
    hasUsage = usage.state !== "missing";
    if (hasUsage && options.json !== true) {
      const foreign = foreignProgram(usage, work.architecture);
      if (foreign === undefined) return await runScript(container, script, work);
      const { image } = work;
      return reportFailures(
        [{ code: "script-architecture", target: image, path: [], image, script, ...foreign }],
        context,
      );
    }
  } finally {
    await engine.removeContainer(container);
  }
  const contract = describeContract(facts, { image: work.image, hasUsage });
  if (options.json === true) context.stdout.write(formatJson(contract, 2));
  else if (options.quiet !== true) context.stdout.write(printContract(contract));
  return exitCodes.done;
}

/** Its output is handed on line by line, without anything in it that a terminal or a CI would act on. */
async function runScript(container: string, script: string, work: Work): Promise<number> {
  const { context, engine, image } = work;
  const lines = splitLines(({ stream, text }) => context[stream].write(`${sanitizeLine(text)}\n`));
  const onOutput = (chunk: OutputChunk) => lines.push(chunk);
  try {
    const { exitCode } = await engine
      .runContainer(container, { signal: context.signal, onOutput })
      .finally(() => lines.end());
    if (exitCode === 0) return exitCodes.done;
    context.stderr.write(`sti: ${script} of ${image} exited with ${exitCode}\n`);
    return exitCodes.targetFailed;
  } catch (error) {
    if (!(error instanceof EngineError && error.reason === "start-failed")) throw error;
    const { message } = error;
    return reportFailures(
      [{ code: "script-not-started", target: image, path: [], script, message }],
      context,
    );
  }
}
