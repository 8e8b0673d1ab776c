// Schemas of failures of build images, runtime images, pulls and pushes.
import * as z from "zod";
import { count, flag, tag, text, texts } from "../fields.ts";
import { failureOf, image, message, ofTarget, script } from "./fields.ts";

const registryReason = z
  .enum(["not-found", "denied", "network", "rate-limit", "other"])
  .describe("Kind of the registry's problem.");
const architecture = text("Architecture that the program or image is made for: `arm64`.");
const engineArchitecture = text("Architecture of the engine: `amd64`.");
const engine = text("Product and version of the engine: `Podman 5.4.2`.");

export const imageFailures = [
  failureOf("image-missing", "The engine has no such image, and `pull` forbids to pull it.", {
    image,
    ...ofTarget,
  }),
  failureOf("pull-failed", "An image could not be pulled.", {
    image,
    reason: registryReason,
    message,
    ...ofTarget,
  }),
  failureOf("push-failed", "An image could not be pushed.", {
    tag,
    reason: registryReason,
    message,
    ...ofTarget,
  }),
  failureOf("attest-failed", "An image was pushed, but its attestations are not attached.", {
    tag,
    message,
    ...ofTarget,
  }),
  failureOf("push-refused", "An image is not pushed because it is not up to date.", {
    tag,
    reason: text("Reason for people: `its inputs changed`."),
    ...ofTarget,
  }),
  failureOf("push-partial", "An image for several platforms would be pushed for some of them only.", {
    tag,
    missing: texts("Platforms that the session leaves out; empty if it has no store."),
    ...ofTarget,
  }),
  failureOf("script-missing", "An image lacks a script.", { image, script, ...ofTarget }),
  failureOf("script-not-executable", "A script of an image is not executable.", {
    image,
    script,
    ...ofTarget,
  }),
  failureOf("script-interpreter-missing", "An image lacks the interpreter of a script.", {
    image,
    script,
    interpreter: text("Path of the interpreter."),
    carriageReturn: flag("Whether the first line of the script ends in CR LF, which breaks the path."),
    ...ofTarget,
  }),
  failureOf("script-architecture", "A script is a program for another architecture.", {
    image,
    script,
    program: text("The script, or the program of its first line."),
    architecture,
    engineArchitecture,
    ...ofTarget,
  }),
  failureOf("image-architecture", "An image is for another architecture.", {
    image,
    architecture,
    engineArchitecture,
    ...ofTarget,
  }),
  failureOf("image-scripts-url", "The s2i scripts of an image are not in the image.", {
    image,
    url: text("The place of the scripts."),
    ...ofTarget,
  }),
  failureOf(
    "image-inputs-missing",
    "A runtime image does not name the files that it takes from the build stage.",
    {
      image,
      label: text("The missing label."),
      ...ofTarget,
    },
  ),
  failureOf("image-onbuild", "An image has ONBUILD triggers, which the method cannot run.", {
    image,
    triggers: texts("The triggers."),
    ...ofTarget,
  }),
  failureOf("image-volume", "A volume of an image prevents a build.", {
    image,
    volumes: texts("Paths of the volumes."),
    problem: z
      .enum(["in-the-way", "lost"])
      .describe("`in-the-way`: they overlap a folder of the build. `lost`: a commit leaves out their files."),
    ...ofTarget,
  }),
  failureOf("method-unsupported", "The engine does not support the container method.", {
    engine,
    ...ofTarget,
  }),
  failureOf("secrets-unsupported", "The engine does not support secrets of builds.", { engine, ...ofTarget }),
  failureOf("host-trust-refused", "A Dockerfile cannot be given host trust without a trace in the image.", {
    reason: z
      .enum(["declared-proxy", "other-syntax", "incomplete", "whole-context"])
      .describe(
        "`declared-proxy`: an ARG would store it. `other-syntax`, `incomplete`: the text cannot be added to. `whole-context`: an instruction takes all files of the context.",
      ),
    found: text("The argument or the syntax.").optional(),
    ...ofTarget,
  }),
  failureOf("limit-unsupported", "The engine ignores a limit of the config.", {
    limit: z.enum(["cpus", "memory"]).describe("The limit."),
    engine,
    ...ofTarget,
  }),
  failureOf("network-unsupported", "The engine cannot build in another network.", { engine, ...ofTarget }),
  failureOf("image-shell-missing", "An image lacks the shell that a build needs.", {
    image,
    needs: text("Feature that needs a shell."),
    ...ofTarget,
  }),
  failureOf("user-not-allowed", "The user of an image is not allowed by the config.", {
    image,
    uid: count("Number of the user."),
    allowed: z.array(z.tuple([z.int(), z.int()])).describe("Allowed ranges: first and last number of each."),
    ...ofTarget,
  }),
  failureOf("image-user-unknown", "The user of an image is not in its user database.", {
    image,
    user: text("Name of the user."),
    ...ofTarget,
  }),
] as const;
