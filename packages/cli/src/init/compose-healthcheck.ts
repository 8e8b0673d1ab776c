// The healthcheck of a service in the form of a probe's command. Pure.
import { withDefaults } from "./compose-variables.ts";
import { objectOf, scalarOf } from "./json-values.ts";

/** A list of words; undefined without one. Times are left to sti: it asks more often while a container starts. */
export function readCheck(written: unknown, refuse: (reason: string) => void): readonly string[] | undefined {
  const { disable, test } = objectOf(written);
  if (test === undefined || disable === true) return undefined;
  const words = Array.isArray(test) ? test.map(scalarOf) : ["CMD-SHELL", scalarOf(test)];
  const [how, ...rest] = words;
  if (how === "NONE") return undefined;
  const resolved = rest.map((word) => withDefaults(word ?? ""));
  const problem = resolved.find((one) => "problem" in one);
  const isKnown = (how === "CMD" || how === "CMD-SHELL") && rest.length > 0 && !words.includes(undefined);
  if (!isKnown || problem !== undefined) {
    const why = problem !== undefined && "problem" in problem ? problem.problem : "is not a list of words";
    refuse(`healthcheck.test ${why}; write it as probe`);
    return undefined;
  }
  const command = resolved.map((one) => ("text" in one ? one.text : ""));
  return how === "CMD" ? command : ["/bin/sh", "-c", ...command];
}
