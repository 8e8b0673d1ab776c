// `sti attest` on the command line. It is loaded when it runs.
import { type Command, Option } from "commander";
import type { Execute } from "./execute.ts";
import { GROUPS } from "./options.ts";

export function addAttest(program: Command, execute: Execute): void {
  program
    .command("attest")
    .description("Print and verify the attestations of an image in a registry.")
    .addArgument(
      program
        .createArgument("<action>", "show: print them, verify: check them, keygen: write a new private key")
        .choices(["show", "verify", "keygen"]),
    )
    .argument("<image>", "image reference; keygen: file of the private key")
    .option("--key <key...>", "public key, as text or in a PEM file; verify: one of them has to match")
    .option(
      "--type <type...>",
      "only these types: provenance, sbom, or a URI; verify: all of them are required",
    )
    .option("--insecure", "the registry speaks no TLS, or has a certificate that nobody signed")
    .optionsGroup(GROUPS.output)
    .addOption(new Option("--json", "print the attestations as JSON").conflicts("quiet"))
    .option("-q, --quiet", "print problems only; keygen: only the public key")
    .addHelpText(
      "after",
      [
        "",
        "The registry is asked, not the engine. The exit code of verify is 1 if the image is not verified.",
        "",
        "Examples:",
        "  sti attest show acme/api                             who built it, from which inputs, how many packages",
        "  sti attest verify acme/api --key ed25519:BASE64      signatures, and that they are about this image",
        "  sti attest verify acme/api --key KEY --type sbom     an SBOM is required",
        "  sti attest show acme/api --type sbom --json          the SBOM itself",
        "  sti attest keygen signing.key                        a new private key, and its public key",
      ].join("\n"),
    )
    .action((action: "show" | "verify" | "keygen", image: string, options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runAttest } = await import("../commands/attest.ts");
        return await runAttest(action, image, options, context);
      }),
    );
}
