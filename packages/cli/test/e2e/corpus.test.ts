// Every odd entry of the corpus, by every kind of source and, of a folder, by both methods: it is in the image as it is in the source.
import { createHash, randomUUID } from "node:crypto";
import { FEW_FILES, imageFolder, withEngine } from "@sti/testing/e2e";
import { A_METHOD, METHODS } from "@sti/testing/engine-methods";
import { readImageTree } from "@sti/testing/image-tree";
import { runSti } from "@sti/testing/run-cli";
import { acceptedBy, type CorpusEntry, SOURCE_FORMS, type SourceForm } from "@sti/testing/source-corpus";
import { makeSource } from "@sti/testing/source-forms";
import { describe, expect, test } from "vitest";
import { createProject } from "../create-project.ts";

const { config, endpoint, image } = await withEngine("sti-e2e-corpus", {
  removes: "test",
  keeps: ["builder"],
});
/** Nothing of an earlier run may be in the engine's build cache. */
const UNIQUE = randomUUID();

describe.each(METHODS)("by method %s", (method) => {
  // All forms become the same entries before a method sends them.
  const forms = method === A_METHOD ? SOURCE_FORMS : SOURCE_FORMS.slice(0, 1);
  test.each(forms)("a source of kind %s brings every odd entry", async (form) => {
    const project = await createProject({
      ...imageFolder(
        "builder",
        { prepare: "#!/bin/sh\nset -e\ncp -a /tmp/src /srv/app\n", run: "#!/bin/sh\nls /srv/app\n" },
        { before: `${FEW_FILES}COPY unique /\n` },
      ),
      "builder/unique": UNIQUE,
    });
    const { folder } = project;
    const accepted = acceptedBy(form);
    const { prefix, source } = makeSource(form, { directory: folder }, accepted);
    await project.write({ "sti.config.json": config({ app: { source, method, tag: image("app") } }) });
    const { exitCode, stderr, stdout } = await runSti(["run"], { cwd: folder });
    expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0, stderr: "" });
    const tree = await readImageTree(endpoint, image("app"));
    for (const entry of accepted) {
      const { title, path } = entry;
      expect({ title, entry: tree.get(`srv/app/${prefix}${path}`) }).toEqual({
        title,
        entry: expect.objectContaining(expectedOf(entry, form)),
      });
    }
    const own = [...tree.keys()].filter((path) => path.startsWith(`srv/app/${prefix}`));
    const folders = own.filter((path) => tree.get(path)?.type === "directory");
    const manifests = form === "workspace" ? 1 : 0;
    expect(own.length - folders.length).toBe(
      accepted.filter(({ node }) => node.type !== "directory").length + manifests,
    );
    expect((await runSti(["run"], { cwd: folder })).stdout).toContain("2 up to date");
  });
});

function expectedOf({ node }: CorpusEntry, form: SourceForm): object {
  if (node.type === "link") return { type: "symlink", linkTarget: node.target };
  if (node.type !== "file") return { type: node.type, mode: 0o755 };
  const { content, mode = 0o644 } = node;
  // git has only the owner's bit.
  const isExecutable = (mode & (form === "git" ? 0o100 : 0o111)) !== 0;
  return {
    type: "file",
    mode: isExecutable ? 0o755 : 0o644,
    digest: createHash("sha256").update(content).digest("hex"),
  };
}
