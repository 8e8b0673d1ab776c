// The lines of a user's Dockerfile that begin instructions and stages: continued lines, comments and here-documents do
// not. Pure.

export interface Stage {
  readonly name: string | undefined;
  /** Index of the line of its FROM. */
  readonly line: number;
}

export interface DockerfileScan {
  /** Indexes of the lines that instructions begin on. */
  readonly starts: ReadonlySet<number>;
  readonly stages: readonly Stage[];
  /** Whether the last instruction has an end. */
  readonly isComplete: boolean;
}

export function scanDockerfile(lines: readonly string[]): DockerfileScan {
  const starts = new Set<number>();
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
    if (isFirst) starts.add(line);
    if (isFirst && /^FROM\s/i.test(text)) stages.push({ name: undefined, line });
    if (isContinued) continue;
    const name = /^\s*FROM\s.*\sAS\s+(\S+)\s*$/i.exec(instruction)?.[1]?.toLowerCase();
    const last = stages.at(-1);
    if (name !== undefined && last !== undefined) stages[stages.length - 1] = { ...last, name };
    documents = findDocuments(instruction);
    instruction = "";
  }
  return { starts, stages, isComplete: instruction === "" && documents.length === 0 };
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
