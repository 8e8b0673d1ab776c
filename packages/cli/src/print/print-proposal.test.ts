import { expect, test } from "vitest";
import type { Proposal } from "../init/proposal.ts";
import { printProposal } from "./print-proposal.ts";

const proposal: Proposal = {
  config: { images: {}, services: {}, apps: {} },
  takenOver: [
    { name: "vote", kind: "image", place: "./vote/Dockerfile", facts: ["compose.yaml, vote", "stage dev"] },
    { name: "db", kind: "service", place: "postgres:15-alpine", facts: ["compose.yaml, db"] },
  ],
  remarks: [{ place: "compose.yaml, vote", reason: "volume ./vote:/app: the source is in the image" }],
  hostTrust: ["SSL_CERT_FILE"],
  builders: [],
  ignoreFiles: {},
  preparations: [],
};
const print = (columns: number | undefined) =>
  printProposal(proposal, { name: "sti.config.ts", text: "{}\n" }, { columns, files: ["sti.config.ts"] });

test("a proposal is a table", () => {
  expect(print(undefined)).toEqual([
    "taken over:",
    "  vote  image    ./vote/Dockerfile   compose.yaml, vote · stage dev",
    "  db    service  postgres:15-alpine  compose.yaml, db",
    "  defaults.hostTrust, for certificates and proxies: SSL_CERT_FILE of this machine",
    "",
    "not taken over:",
    "  compose.yaml, vote  volume ./vote:/app: the source is in the image",
    "",
    "sti.config.ts:",
    "  {}",
    "",
    "files:",
    "  sti.config.ts",
  ]);
});

test("in a narrow terminal, its lines are broken at spaces and go on indented", () => {
  const lines = print(50);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(50);
  expect(lines.slice(1, 4)).toEqual([
    "  vote  image    ./vote/Dockerfile   compose.yaml,",
    "      vote · stage dev",
    "  db    service  postgres:15-alpine  compose.yaml,",
  ]);
});
