// The words for build and runtime images that are missing or do not fulfil the contract.
import type { OfTarget } from "./config-place.ts";
import type { FailureDescription } from "./failure-description.ts";
import type { ImageFailure } from "./image-failure.ts";

export function describeImageFailure(failure: ImageFailure): FailureDescription {
  switch (failure.code) {
    case "image-missing":
      return {
        summary: `image ${failure.image} not found in the engine`,
        ...(isOfConfig(failure) ? { detail: NO_ENTRY } : {}),
        hint: `pull or build it first, or set pull to "missing"`,
      };
    case "pull-failed":
      return describePull(failure);
    case "push-failed":
      return describePush(failure);
    case "attest-failed":
      return {
        summary: `${failure.tag} was pushed, but its attestations are not attached`,
        detail: failure.message,
        hint: "run sti push to try again; do not use the pushed image where attestations are required",
      };
    case "push-refused":
      return {
        summary: `${failure.tag} cannot be pushed: ${failure.reason}`,
        hint: "run sti run --push to build and push it",
      };
    case "push-partial":
      return failure.missing.length > 0
        ? {
            summary: `${failure.tag} cannot be pushed for a part of its platforms: ${failure.missing.join(", ")} left out`,
            hint: "push it in a session without --platform, which finds the results of the others in the store",
          }
        : {
            summary: `${failure.tag} cannot be pushed for several platforms without a store of results`,
            hint: "add cache: { image: … } to the config",
          };
    case "script-missing":
      return {
        summary: `${failure.image} has no ${failure.script}`,
        hint: `add the script to the image, or check that ${failure.image} is meant as a build image`,
      };
    case "script-not-executable":
      return {
        summary: `${failure.script} of ${failure.image} is not executable`,
        hint: "run chmod +x on the script (in git: git update-index --chmod=+x FILE) and rebuild the image",
      };
    case "script-interpreter-missing":
      return describeInterpreter(failure);
    case "script-architecture":
      return describeArchitecture(failure);
    case "image-architecture":
      return {
        summary: `${failure.image} is for ${failure.architecture}, but the engine runs ${failure.engineArchitecture}`,
        hint: `use an image for ${failure.engineArchitecture}, or an engine on ${failure.architecture}`,
      };
    case "image-scripts-url":
      return {
        summary: `the s2i scripts of ${failure.image} are at ${failure.url}, not in the image`,
        hint: "sti downloads no programs: put the scripts into an image and set its label to image://FOLDER",
      };
    case "image-inputs-missing":
      return {
        summary: `runtime image ${failure.image} has no label ${failure.label}`,
        detail: "an s2i build image does not fill /tmp/build; the label lists the files to take from it",
        hint: `add LABEL ${failure.label}="/path/in/build/image;/another:folder" to the runtime image`,
      };
    case "image-onbuild":
      return {
        summary: `${failure.image} has ONBUILD triggers`,
        detail: failure.triggers.map((trigger) => `ONBUILD ${trigger}`).join("\n"),
        hint: "use an image without ONBUILD, or put its commands into the prepare script",
      };
    case "image-volume":
      return describeVolume(failure);
    case "method-unsupported":
      return {
        summary: `${failure.engine} cannot build ${failure.target} by the container method`,
        detail: "its commits contain the source and build-only variables",
        hint: 'use the Dockerfile method, which works there: method: "dockerfile", or -m dockerfile',
      };
    case "secrets-unsupported":
      return {
        summary: `${failure.engine} cannot give secrets to the build of ${failure.target}`,
        detail:
          "its builder does not support secrets of a client, and the container method is not safe there",
        hint: "build it with Docker, or without secrets",
      };
    case "host-trust-refused":
      return describeTrust(failure);
    case "limit-unsupported":
      return {
        summary: `${failure.engine} cannot limit the ${failure.limit} of ${failure.target}`,
        detail: "it has no control groups for the limit, and would discard it",
        hint: `remove ${failure.limit}, or give the engine control groups of version 2 with systemd`,
      };
    case "network-unsupported":
      return {
        summary: `${failure.engine} cannot build ${failure.target} in another network than its own`,
        detail: "its builder ignores the network of a build, and has no RUN --network",
        hint: "remove network, or build with Podman 4.4 or newer, or with Docker",
      };
    case "image-shell-missing":
      return {
        summary: `${failure.image} has no shell, and ${failure.needs} needs one`,
        hint: "use an image with /bin/sh",
      };
    case "image-user-unknown":
      return {
        summary: `${failure.image} runs as user "${failure.user}", which is not in its /etc/passwd`,
        hint: "add the user to the image, or use a number (USER of the image, user of the app)",
      };
    case "user-not-allowed":
      return {
        summary: `${failure.image} would run as user ${failure.uid}, which is not in allowedUids`,
        detail: `allowed: ${failure.allowed.map(formatRange).join(", ") || "nobody"}`,
        hint: "set USER in the image (or user in the config) to an allowed one, or extend allowedUids",
      };
    default:
      return failure satisfies never;
  }
}

function describeArchitecture(
  failure: Extract<ImageFailure, { code: "script-architecture" }>,
): FailureDescription {
  const { architecture, engineArchitecture, image, program, script } = failure;
  const what =
    program === script
      ? `${script} of ${image} is a program for ${architecture}`
      : `${script} of ${image} is run by ${program}, a program for ${architecture}`;
  return {
    summary: `${what}, but the engine runs ${engineArchitecture}`,
    hint: `build ${program} for ${engineArchitecture} and rebuild the image, or use an engine on ${architecture}`,
  };
}

function describeVolume(failure: Extract<ImageFailure, { code: "image-volume" }>): FailureDescription {
  const declares = `${failure.image} declares ${failure.volumes.join(", ")} as a volume`;
  if (failure.problem === "in-the-way") {
    return {
      summary: `${declares}, a folder of the build or its scripts`,
      hint: "remove VOLUME from the image, or declare a folder that is used by the app alone",
    };
  }
  return {
    summary: `${declares}: files written there by prepare would be lost`,
    hint: `write elsewhere in prepare, remove VOLUME from the image, or use the Dockerfile method`,
  };
}

function formatRange([first, last]: readonly [number, number]): string {
  if (first === last) return String(first);
  return `${first}-${last === Number.MAX_SAFE_INTEGER ? "" : last}`;
}

/** Images that a target makes are never pulled. */
const NO_ENTRY = "no entry of images has this tag, so that it has to be in the engine or in a registry";

/** Whether the image is named in a config, rather than on a command line. */
function isOfConfig({ path }: OfTarget): boolean {
  return path[0] === "apps" || path[0] === "images";
}

const pullHints = {
  "not-found": "check the name and tag, or add an entry to images that builds it",
  denied: "log in to the registry (docker login), and check that you may read the repository",
  network:
    'check the connection and the engine\'s proxy settings, then run again; with pull: "missing", present images need no registry',
  "rate-limit": "log in (docker login), wait, or use a mirror",
  other: "run docker pull with the same name for details",
} as const;

const pullCauses = {
  "not-found": "not found in the registry",
  denied: "access denied by the registry",
  network: "registry not reachable",
  "rate-limit": "pull limit of the registry reached",
  other: "error of the engine",
} as const;

function describePull(failure: Extract<ImageFailure, { code: "pull-failed" }>): FailureDescription {
  return {
    summary: `${failure.image} cannot be pulled: ${pullCauses[failure.reason]}`,
    detail: isOfConfig(failure) ? `${NO_ENTRY}\n${failure.message}` : failure.message,
    hint: pullHints[failure.reason],
  };
}

const pushCauses = {
  "not-found": "repository not found in the registry",
  denied: "access denied by the registry",
  network: "registry not reachable",
  "rate-limit": "rate limit of the registry reached",
  other: "error of the engine",
} as const;

const pushHints = {
  "not-found": "check the tag, and that the repository exists, then run sti push",
  denied: "log in to the registry (docker login), and check that you may write to it, then run sti push",
  network: "check the connection and the engine's proxy settings, then run sti push",
  "rate-limit": "wait, then run sti push",
  other: "run sti push to try again; the image has its tag",
} as const;

function describePush(failure: Extract<ImageFailure, { code: "push-failed" }>): FailureDescription {
  return {
    summary: `${failure.tag} was built, but not pushed: ${pushCauses[failure.reason]}`,
    detail: failure.message,
    hint: pushHints[failure.reason],
  };
}

function describeInterpreter(
  failure: Extract<ImageFailure, { code: "script-interpreter-missing" }>,
): FailureDescription {
  // Scripts of images have absolute paths.
  const isOfSource = !failure.script.startsWith("/");
  const start = `${failure.script} of ${isOfSource ? "the source" : failure.image} cannot start: `;
  if (failure.carriageReturn) {
    const name = isOfSource ? failure.script : "*.sh";
    const hint = `save the script with LF line ends (git: "${name} text eol=lf" in .gitattributes)`;
    return {
      summary: `${start}its first line ends in CR LF`,
      hint: isOfSource ? hint : `${hint} and rebuild the image`,
    };
  }
  return {
    summary: `${start}its first line names ${failure.interpreter}, which is not in the image`,
    hint: `install ${failure.interpreter} in the image, or correct the script's first line`,
  };
}

function describeTrust({
  found,
  reason,
  target,
}: Extract<ImageFailure, { code: "host-trust-refused" }>): FailureDescription {
  const summary = `cannot pass this machine's certificates and proxies to the Dockerfile of ${target}`;
  const off = "set hostTrust: false for it";
  switch (reason) {
    case "declared-proxy":
      return {
        summary,
        detail: `with ARG ${found}, the proxy would be in the image's history`,
        hint: `remove ARG ${found}, which RUN does not need, or ${off}`,
      };
    case "other-syntax":
      return {
        summary,
        detail: `its syntax is ${found}, in which RUN may have no mounts`,
        hint: `use docker/dockerfile, or ${off}`,
      };
    case "incomplete":
      return {
        summary,
        detail: "its last instruction has no end, so nothing can be added to it",
        hint: `complete the last line, or ${off}`,
      };
    case "whole-context":
      return {
        summary,
        detail:
          "the engine's builder takes certificates from the context only, and an instruction copies or mounts all of it",
        hint: `copy files and folders by their names, build it with Docker, or ${off}`,
      };
    default:
      return reason satisfies never;
  }
}
