// The kinds of values that several parts of the config have.
import * as z from "zod";
import { parseImageReference } from "./image-reference.ts";

const TARGET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Traces of a missing value that was put into a string. */
const LOST_VALUE = /(?:^|[^A-Za-z0-9])(?:undefined|NaN|\[object Object\])(?:$|[^A-Za-z0-9])/;

export const text = () =>
  z
    .string()
    .min(1, "must not be empty")
    .refine((value) => !value.includes("\0"), "must not contain a NUL character")
    .refine((value) => !LOST_VALUE.test(value), {
      error: (issue) => `is ${JSON.stringify(issue.input)}: a value in it was missing`,
    });

export const targetName = () =>
  z
    .string()
    .regex(
      TARGET_NAME,
      "a name is made of letters, digits, '.', '_' and '-', and starts with a letter or digit",
    );

/** A label of a host name, or several with dots between them. */
export const hostName = () =>
  z
    .string()
    .regex(
      /^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)*$/i,
      "a host name is made of letters, digits, '-', '_' and '.'",
    );

export const variableName = () =>
  z
    .string()
    .regex(
      VARIABLE_NAME,
      "a variable's name is made of letters, digits and '_', and does not start with a digit",
    );

export const variableValue = () =>
  z
    .string()
    .refine((value) => !value.includes("\0"), "must not contain a NUL character")
    .refine((value) => !["undefined", "NaN", "[object Object]"].includes(value), {
      error: (issue) => `is ${JSON.stringify(issue.input)}: its value was missing`,
    });

export const VariableValue = z
  .union([
    variableValue(),
    z.strictObject({
      fromHost: variableName().describe("Name of a variable in sti's environment."),
      default: variableValue()
        .optional()
        .describe("Value if the variable is not set. Without a default, an unset variable is an error."),
    }),
  ])
  .meta({
    id: "VariableValue",
    description: "Value of a variable: a text, or a variable in sti's environment.",
  });

export const variables = () => z.record(variableName(), VariableValue);

export const envFiles = () =>
  z.union([text(), z.array(text())]).describe("File with NAME=value lines, or a list of such files.");

export const allowPlain = () =>
  z
    .array(variableName())
    .describe("Variables to allow although their names look like secrets (TOKEN, PASSWORD, SECRET, KEY).");

export const labels = () =>
  z.record(
    z
      .string()
      .min(1, "a label's key must not be empty")
      .refine((key) => !key.startsWith("sti."), "labels that start with 'sti.' are written by sti itself"),
    z.string().refine((value) => !value.includes("\0"), "must not contain a NUL character"),
  );

/** A repository of a registry, without tag or digest. */
export const storeRepository = () =>
  z
    .string()
    .superRefine((value, context) => {
      const problem = describeRepository(value);
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
    })
    .describe("Repository of the results, without a tag: `registry.example/acme/store`.");

function describeRepository(written: string): string | undefined {
  const parsed = parseImageReference(written);
  if ("problem" in parsed) return parsed.problem;
  const { digest, repository } = parsed.reference;
  const hasTag = written.lastIndexOf(":") > written.lastIndexOf("/");
  if (!hasTag && digest === undefined) return undefined;
  return `must be a repository without a tag: ${JSON.stringify(repository)}; results get tags of their own`;
}

export const dependsOn = () =>
  z
    .array(text())
    .describe(
      "Names of targets to build before this one. Targets that are referenced as images are added automatically.",
    );

/** resolvePlatforms checks each. */
export const platforms = () => z.array(text()).min(1, "must name a platform such as 'linux/amd64'");

export const allowOutside = () =>
  z.boolean().describe("Allow paths outside the config file's folder. Default: false.");

export const push = () =>
  z
    .boolean()
    .describe(
      "Push the image once the target has succeeded. false: never push, even with --push. Default: defaults.push, else only with --push.",
    );

export type VariableValue = z.output<typeof VariableValue>;
