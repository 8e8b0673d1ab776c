// Owns the header by which the engine learns who we are to a registry. Where that is known from: @sti/registry/credentials.
import { EngineError, parseImageReference } from "@sti/core";
import { CredentialsError, type CredentialsOptions, readCredentials } from "@sti/registry/credentials";

/** Headers for a pull or push of `reference`. Rejects with EngineError when the credentials cannot be had. */
export async function registryHeaders(
  reference: string,
  occasion: { readonly operation: string; readonly phase: "pull" | "push" },
  options: CredentialsOptions,
): Promise<Readonly<Record<string, string>>> {
  const parsed = parseImageReference(reference);
  const registry = "reference" in parsed ? (parsed.reference.repository.split("/")[0] ?? "") : "";
  try {
    const credentials = await readCredentials(registry, options);
    // Engines want the header with a push, even an empty one.
    const json = JSON.stringify(credentials ?? {});
    return {
      "X-Registry-Auth": Buffer.from(json).toString("base64").replaceAll("+", "-").replaceAll("/", "_"),
    };
  } catch (error) {
    if (!(error instanceof CredentialsError)) throw error;
    const { operation, phase } = occasion;
    throw new EngineError({ reason: `${phase}-denied`, operation, message: error.message });
  }
}
