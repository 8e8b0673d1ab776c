// Options that several commands share.
import { type Command, InvalidArgumentError, Option } from "commander";

export function addTargetOptions(command: Command): Command {
  return command
    .addOption(
      new Option("-m, --method <method>", "build every app by this method").choices(["build", "run"]),
    )
    .option("--force", "build what is up to date too")
    .option("--clean", "build from nothing: no artifacts of earlier builds, no build cache");
}

export function addProjectOptions(command: Command): Command {
  return addEngineOption(
    addVerbosityOptions(
      command
        .option("-C, --cwd <folder>", "look for the config in this folder")
        .option("--config <file>", "use this config file"),
    ),
  );
}

export function addLockOptions(command: Command): Command {
  return command
    .option("--frozen", "refuse images that are not those of sti.lock (default in CI, where the file exists)")
    .option("--no-frozen", "only say that they are not");
}

export function addVerbosityOptions(command: Command): Command {
  return command
    .addOption(new Option("-q, --quiet", "print failures only").conflicts("verbose"))
    .option("-v, --verbose", "print every step and all output");
}

export function addMetadataOption(command: Command): Command {
  return command.option("--metadata-file <file>", "write what became of each target into a JSON file");
}

export function addEngineOption(command: Command): Command {
  return command.option(
    "--engine <endpoint>",
    "the engine, e.g. unix:///var/run/docker.sock (default: as the docker command finds it)",
  );
}

/** The pattern is core's; loading core for it would slow down every command. */
export function readConcurrency(text: string): number | string {
  if (/^(?:[1-9]\d?|100)%$/.test(text)) return text;
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= 1024) return Number(text);
  throw new InvalidArgumentError("It must be a number from 1 to 1024, or a percentage such as 50%.");
}
