// Schemas of failures in finding, evaluating and checking a config.
import { amount, count, text, texts } from "../fields.ts";
import { failureOf, file, frame, inConfig, known, location, message, suggestion } from "./fields.ts";

export const configFailures = [
  failureOf("config-not-found", "There is no config.", {
    directory: text("Folder where the search began, absolute."),
    searched: texts("Names of config files."),
  }),
  failureOf("config-unreadable", "The config cannot be read.", { file, message }),
  failureOf("config-syntax", "The config has a syntax error.", {
    location,
    message,
    frame: frame.optional(),
  }),
  failureOf("config-threw", "The config threw an error.", {
    file,
    message,
    module: text("Name of the module in an import that was not found.").optional(),
    location: location.optional(),
    frame: frame.optional(),
  }),
  failureOf("config-timeout", "The evaluation of the config took too long.", {
    file,
    seconds: amount("Time limit in seconds."),
  }),
  failureOf("config-exited", "The config ended its process.", { file, exitCode: count("Its exit code.") }),
  failureOf("config-no-default-export", "The config has no default export.", { file }),
  failureOf("profile-unknown", "The config has no such profile.", {
    name: text("The requested profile."),
    suggestion: suggestion.optional(),
    known,
  }),
  failureOf("override-invalid", "A `--set` is invalid.", { override: text("Its value."), message }),
  failureOf("variable-invalid", "A variable of the environment is invalid.", {
    variable: text("Its name."),
    value: text("Its value."),
    message,
  }),
  failureOf("config-invalid", "A value of the config is invalid.", { message, ...inConfig }),
  failureOf("config-unknown-key", "The config has an unknown key.", {
    key: text("The key."),
    suggestion: suggestion.optional(),
    note: text("Reason why a key that other tools have does not exist here.").optional(),
    known,
    ...inConfig,
  }),
] as const;
