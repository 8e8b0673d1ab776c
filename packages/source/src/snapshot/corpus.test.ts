// Every odd entry by every kind of source: what is written is what is sent, or it is refused by its name.
import { hash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { describeFailure, type SourceSnapshot } from "@sti/core";
import { HOSTILE_ARCHIVES } from "@sti/testing/hostile-archives";
import {
  acceptedBy,
  CORPUS,
  type CorpusEntry,
  SOURCE_FORMS,
  type SourceForm,
} from "@sti/testing/source-corpus";
import { makeSource } from "@sti/testing/source-forms";
import { unpackTar } from "modern-tar";
import { describe, expect, test } from "vitest";
import { placeIn } from "../../test/git-repository.ts";
import { appTarget, makeFolder } from "../../test/temp-folder.ts";
import { pack } from "../send/pack.ts";
import { readSources } from "./read-sources.ts";

describe.each(SOURCE_FORMS)("by the kind of source %s", (form) => {
  const accepted = acceptedBy(form);

  test(`a tree of ${accepted.length} odd entries is read and sent as it is`, async () => {
    const { prefix, snapshot } = await readForm(form, accepted);
    const own = snapshot.entries.filter(({ path }) => path.startsWith(prefix));
    const read = new Map(own.map(({ path, ...entry }) => [path.slice(prefix.length), entry]));
    for (const entry of accepted) {
      expect({ title: entry.title, read: read.get(entry.path.toString()) }).toEqual({
        title: entry.title,
        read: expectedOf(entry, form),
      });
    }
    const manifest = form === "workspace" ? 1 : 0;
    const withoutFolders = [...read].filter(([, { kind }]) => kind !== "directory");
    expect(withoutFolders).toHaveLength(
      accepted.filter(({ node }) => node.type !== "directory").length + manifest,
    );
    const sent = await sentOf(snapshot);
    expect([...sent.keys()].sort()).toEqual(snapshot.entries.map(({ path }) => path).sort());
    for (const entry of snapshot.entries) {
      expect({ path: entry.path, sent: sent.get(entry.path) }).toEqual({
        path: entry.path,
        sent: sentForm(entry),
      });
    }
  });

  const refused = CORPUS.filter(
    ({ impossible = [], refused: words = {} }) => words[form] !== undefined && !impossible.includes(form),
  );
  test.each(refused)("$title is refused by its name", async (entry) => {
    const failure = await refusalOf(form, [entry]);
    expect(failure).toContain(entry.refused?.[form]);
  });
});

test.each(HOSTILE_ARCHIVES)("$title is refused with its place", async ({ bytes, file, words }) => {
  const directory = await makeFolder();
  await writeFile(`${directory}/${file}`, bytes());
  const result = await readSources([appTarget(file)], { directory });
  const [failure] = result.ok ? [] : result.failures;
  if (failure === undefined) throw new Error("it is accepted");
  const { detail = "", summary } = describeFailure(failure);
  if (failure.code === "archive-invalid") expect(summary).toContain(file);
  expect(summary + detail).toContain(words);
});

async function readForm(form: SourceForm, entries: readonly CorpusEntry[]) {
  const directory = await makeFolder();
  const { from, prefix } = makeSource(form, { directory }, entries);
  const target = { ...appTarget("."), source: [{ from, to: "", path: ["apps", "web", "source"] }] };
  const result = await readSources([target], placeIn(directory));
  if (!result.ok) throw new Error(result.failures.map((one) => JSON.stringify(one)).join("\n"));
  return { prefix, snapshot: result.value.get("web") as SourceSnapshot };
}

async function refusalOf(form: SourceForm, entries: readonly CorpusEntry[]): Promise<string> {
  const directory = await makeFolder();
  const { from } = makeSource(form, { directory }, entries);
  const target = { ...appTarget("."), source: [{ from, to: "", path: ["apps", "web", "source"] }] };
  const result = await readSources([target], placeIn(directory));
  if (result.ok) throw new Error("it is accepted");
  return result.failures
    .map((failure) => {
      const { detail = "", summary } = describeFailure(failure);
      return summary + detail;
    })
    .join("\n");
}

function expectedOf({ node }: CorpusEntry, form: SourceForm): object {
  if (node.type === "link") return { kind: "symlink", linkTarget: node.target };
  if (node.type !== "file") return { kind: node.type };
  const { content, mode = 0o644 } = node;
  // git has only the owner's bit.
  const executable = (mode & (form === "git" ? 0o100 : 0o111)) !== 0;
  const digest = hash("sha256", content);
  return expect.objectContaining({ kind: "file", executable, size: Buffer.byteLength(content), digest });
}

function sentForm(entry: SourceSnapshot["entries"][number]) {
  switch (entry.kind) {
    case "file":
      return { type: "file", mode: entry.executable ? 0o755 : 0o644, link: "", digest: entry.digest };
    case "directory":
      return { type: "directory", mode: 0o755, link: "", digest: hash("sha256", "") };
    case "symlink":
      return { type: "symlink", mode: 0o777, link: entry.linkTarget, digest: hash("sha256", "") };
    default:
      return entry satisfies never;
  }
}

async function sentOf(snapshot: SourceSnapshot) {
  const chunks: Uint8Array[] = [];
  const part = { kind: "source", snapshot, path: "", owner: { uid: 0, gid: 0 } } as const;
  for await (const chunk of pack([part], { time: 0 })) chunks.push(chunk);
  const entries = await unpackTar(Buffer.concat(chunks), { strict: true });
  return new Map(
    entries.map(({ data, header: { linkname = "", mode, name, type } }) => [
      name.replace(/\/$/, ""),
      { type, mode, link: linkname, digest: hash("sha256", data ?? "") },
    ]),
  );
}
