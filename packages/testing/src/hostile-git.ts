// Repositories whose own settings run programs, in every place where git looks for one.
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { type HostilePlace, type HostilePlant, pipeIn, runPlainGit, writeIn } from "./hostile-plant.ts";

/** Settings that git takes a command from. `%` is the command. */
const COMMANDS: readonly (readonly [name: string, setting: string])[] = [
  ["core.fsmonitor", "[core]\n\tfsmonitor = %"],
  ["core.sshCommand", "[core]\n\tsshCommand = %"],
  ["core.gitProxy", "[core]\n\tgitProxy = %"],
  ["core.askPass", "[core]\n\taskPass = %"],
  ["core.editor", "[core]\n\teditor = %"],
  ["core.pager", "[core]\n\tpager = %"],
  ["diff.external", "[diff]\n\texternal = %"],
  ["diff.textconv", '[diff "x"]\n\ttextconv = %\n\tcommand = %'],
  ["filter.clean", '[filter "x"]\n\tclean = "% ; cat"\n\trequired = true'],
  ["filter.smudge", '[filter "x"]\n\tsmudge = "% ; cat"'],
  ["filter.process", '[filter "y"]\n\tprocess = %\n\trequired = true'],
  ["merge.driver", '[merge "x"]\n\tdriver = %'],
  ["gpg.program", "[gpg]\n\tprogram = %\n[log]\n\tshowSignature = true\n[commit]\n\tgpgSign = true"],
  ["gpg.ssh.program", '[gpg "ssh"]\n\tprogram = %\n\tdefaultKeyCommand = %'],
  ["credential.helper", '[credential]\n\thelper = "!%"'],
  ["alias", '[alias]\n\tstatus = "!%"\n\tls-files = "!%"\n\tcat-file = "!%"\n\trev-parse = "!%"'],
  ["pager", "[pager]\n\tstatus = %\n\tshow = %\n\tlog = %\n\tdiff = %"],
  ["uploadpack.packObjectsHook", "[uploadpack]\n\tpackObjectsHook = %"],
  ["remote.uploadpack", '[remote "origin"]\n\turl = .\n\tuploadpack = %\n\tpromisor = true'],
  ["remote.ext", '[remote "ext"]\n\turl = "ext::sh -c % "\n[protocol "ext"]\n\tallow = always'],
  ["trailer.command", '[trailer "x"]\n\tcommand = %\n\tcmd = %'],
  ["interactive.diffFilter", "[interactive]\n\tdiffFilter = %"],
  ["sequence.editor", "[sequence]\n\teditor = %"],
];
const HOOKS = [
  "fsmonitor-watchman",
  "post-checkout",
  "post-index-change",
  "pre-auto-gc",
  "reference-transaction",
];

/** Places where git finds a repository; each with the same settings. */
export const GIT_PLANTS: readonly HostilePlant[] = [
  {
    name: "a repository with settings that run programs",
    about: "git",
    takes: [".git", ".gitattributes", ".gitmodules", "module"],
    stops: false,
    plant: (place) => {
      plantRepository(place, ".git");
    },
  },
  {
    name: "the files of a bare repository among those that are checked in",
    about: "git",
    takes: [".git", ".gitattributes", "HEAD", "config", "objects", "refs", "index"],
    stops: false,
    plant: (place) => {
      const repository = plantRepository(place, ".git", "[core]\n\tbare = false\n\tworktree = .");
      for (const name of readdirSync(repository))
        renameSync(join(repository, name), join(place.folder, name));
      rmSync(repository, { recursive: true });
    },
  },
  {
    name: "a .git file that leads to a folder of the checkout",
    about: "git",
    takes: [".git", ".gitattributes", "kept"],
    stops: false,
    plant: (place) => {
      const repository = plantRepository(place, ".git");
      renameSync(repository, join(place.folder, "kept"));
      writeIn(place.folder, ".git", "gitdir: kept\n");
    },
  },
  {
    name: "a work tree whose repository, and objects, lie in the checkout",
    about: "git",
    takes: [".git", ".gitattributes", "kept"],
    stops: false,
    plant: (place) => {
      const { folder } = place;
      const repository = plantRepository(place, ".git");
      renameSync(repository, join(folder, "kept"));
      cpSync(join(folder, "kept/objects"), join(folder, "kept/others"), { recursive: true });
      rmSync(join(folder, "kept/objects"), { recursive: true });
      mkdirSync(join(folder, "kept/objects"));
      writeIn(folder, "kept/objects/info/alternates", "../others\n");
      const own = "kept/worktrees/x";
      writeIn(folder, `${own}/commondir`, "../..\n");
      writeIn(folder, `${own}/gitdir`, `${join(folder, ".git")}\n`);
      renameSync(join(folder, "kept/index"), join(folder, own, "index"));
      cpSync(join(folder, "kept/HEAD"), join(folder, own, "HEAD"));
      writeIn(folder, `${own}/config.worktree`, settings(place, "worktree:"));
      writeIn(folder, ".git", `gitdir: ${own}\n`);
    },
  },
  {
    name: "a repository whose rules are named pipes",
    about: "git",
    takes: [".git", ".gitattributes", ".gitignore"],
    stops: true,
    plant: (place) => {
      plantRepository(place, ".git");
      rmSync(join(place.folder, ".gitattributes"), { force: true });
      pipeIn(place.folder, ".gitattributes");
      pipeIn(place.folder, ".gitignore");
    },
  },
];

/** Absolute path of the repository, in which the checkout's files are committed, and then touched. */
export function plantRepository(place: HostilePlace, name: string, more = ""): string {
  const { canary, folder } = place;
  const repository = join(folder, name);
  runPlainGit(folder, ["init", "--quiet", "--template=", "--initial-branch=main", "."]);
  runPlainGit(folder, ["add", "--all", "--", "app", "builder"]);
  runPlainGit(folder, ["commit", "--quiet", "--message=one"]);
  signCommit(folder);
  // Now that the filter is not asked to add them.
  writeIn(folder, ".gitattributes", "* filter=x diff=x merge=x\n*.y filter=y\n");
  for (const hook of HOOKS) {
    writeIn(repository, `hooks/${hook}`, `#!/bin/sh\n${canary(`hook:${hook}`)}\n`, 0o755);
  }
  writeIn(repository, "more", settings(place, "included:"));
  const modules = '[submodule "m"]\n\tpath = module\n\turl = ./m\n\tupdate = "!CANARY"\n';
  writeIn(folder, ".gitmodules", modules.replace("CANARY", program(place, "submodule")));
  const include = `[include]\n\tpath = ${join(repository, "more")}\n[extensions]\n\tworktreeConfig = true\n`;
  const hooks = `[core]\n\thooksPath = ${join(repository, "hooks")}\n`;
  writeIn(
    repository,
    "config",
    `[core]\n\trepositoryformatversion = 1\n${include}${hooks}${more}\n${settings(place, "")}`,
  );
  // As long as the index's file, with another time: git has to read the file, through the filter.
  writeIn(folder, "app/main.txt", "MAIN\n");
  utimesSync(join(folder, "app/main.txt"), 1e9, 1e9);
  return repository;
}

function settings(place: HostilePlace, prefix: string): string {
  return COMMANDS.map(([name, setting]) => setting.replaceAll("%", program(place, prefix + name))).join("\n");
}

/** A program of the checkout, since some settings take no arguments. */
export function program(place: HostilePlace, name: string): string {
  const file = `.programs/${name.replaceAll(/[^a-zA-Z.]/g, "-")}`;
  writeIn(place.folder, file, `#!/bin/sh\n${place.canary(name)}\n`, 0o755);
  return join(place.folder, file);
}

/** Amends the last commit with a signature, which nobody can check but the program that a setting names. */
export function signCommit(folder: string): string {
  const [head = "", ...message] = runPlainGit(folder, ["cat-file", "commit", "HEAD"]).split("\n\n");
  const signature = ["-----BEGIN PGP SIGNATURE-----", "", "aGk=", "-----END PGP SIGNATURE-----"];
  const signed = `${head}\ngpgsig ${signature.join("\n ")}\n\n${message.join("\n\n")}`;
  const commit = runPlainGit(folder, ["hash-object", "-t", "commit", "-w", "--stdin"], signed).trim();
  runPlainGit(folder, ["update-ref", "HEAD", commit]);
  return commit;
}
