// The end of a stage of a user's Dockerfile, where an instruction can be added to it. Pure.

/**
 * The text with `instruction` as the last one of a stage: of the last stage, or of one by its name or index. Left as it is
 * where the end of the stage is in doubt.
 */
export function endStageWith(
  text: string,
  { instruction, stage }: { readonly instruction: string; readonly stage: string | undefined },
): string {
  const lines = text.split("\n");
  const end = findStageEnd(lines, stage);
  if (end === undefined) return text;
  const before = lines.slice(0, end);
  // The last line of a file may have no end.
  while (before.at(-1)?.trim() === "") before.pop();
  return [...before, instruction, "", ...lines.slice(end)].join("\n");
}

/** Number of lines up to the end of the stage; undefined where there is no such stage, or its end is in doubt. */
function findStageEnd(lines: readonly string[], wanted: string | undefined): number | undefined {
  const stages = findStages(lines);
  if (stages === undefined) return undefined;
  const index =
    wanted === undefined
      ? stages.length - 1
      : /^\d+$/.test(wanted)
        ? Number(wanted)
        : stages.findLastIndex(({ name }) => name === wanted.toLowerCase());
  if (stages[index] === undefined) return undefined;
  return stages[index + 1]?.line ?? lines.length;
}

interface Stage {
  readonly name: string | undefined;
  /** Index of the line of its FROM. */
  readonly line: number;
}

/** Undefined where the last instruction has no end. */
function findStages(lines: readonly string[]): readonly Stage[] | undefined {
  const escapeCharacter = findEscape(lines);
  const stages: Stage[] = [];
  /** Ends of the here-documents that are open, in their order. */
  let documents: { readonly end: string; readonly isIndented: boolean }[] = [];
  let instruction = "";
  for (const [line, written] of lines.entries()) {
    const [document] = documents;
    if (document !== undefined) {
      const content = written.replace(/\r$/, "");
      if ((document.isIndented ? content.replace(/^\t+/, "") : content) === document.end) documents.shift();
      continue;
    }
    const text = written.trim();
    if (text === "" || text.startsWith("#")) continue;
    const isContinued = text.endsWith(escapeCharacter);
    const isFirst = instruction === "";
    instruction += ` ${isContinued ? text.slice(0, -1) : text}`;
    if (isFirst && /^FROM\s/i.test(text)) stages.push({ name: undefined, line });
    if (isContinued) continue;
    const name = /^\s*FROM\s.*\sAS\s+(\S+)\s*$/i.exec(instruction)?.[1]?.toLowerCase();
    const last = stages.at(-1);
    if (name !== undefined && last !== undefined) stages[stages.length - 1] = { ...last, name };
    documents = findDocuments(instruction);
    instruction = "";
  }
  return instruction === "" && documents.length === 0 ? stages : undefined;
}

/** The character that continues a line, which a directive at the top may change. */
function findEscape(lines: readonly string[]): string {
  for (const line of lines) {
    const directive = /^\s*#\s*(\w+)\s*=\s*(\S+)/.exec(line);
    if (directive === null) break;
    if (directive[1]?.toLowerCase() === "escape") return directive[2] ?? "\\";
  }
  return "\\";
}

function findDocuments(instruction: string): { readonly end: string; readonly isIndented: boolean }[] {
  if (!/^\s*(?:RUN|COPY|ADD)\s/i.test(instruction)) return [];
  return [...instruction.matchAll(/(?<![<\w])<<(-?)\s*(["']?)([A-Za-z_][\w.-]*)\2/g)].map((found) => ({
    end: found[3] ?? "",
    isIndented: found[1] === "-",
  }));
}
