// The Dockerfiles of image entries, as core changes them. Parsing them is in @sti/source. Types only.

/** A user's Dockerfile with the places that matter to core. */
export interface Dockerfile {
  /** Without a byte order mark. */
  readonly text: string;
  readonly stages: readonly DockerfileStage[];
  /** Names of images as they are written, in their order; without those of stages, and those with variables. */
  readonly images: readonly WrittenImage[];
  /** Of all stages; not those of ONBUILD. */
  readonly runs: readonly DockerfileRun[];
  /** The frontend that `# syntax` names. */
  readonly syntax: string | undefined;
  /** Names that ARG declares. */
  readonly args: readonly string[];
  /** Whether an instruction may copy or mount every file of the context. */
  readonly takesWholeContext: boolean;
  /** Whether the last instruction has an end: another one may follow. */
  readonly isComplete: boolean;
}

export interface DockerfileStage {
  /** In lower case. */
  readonly name: string | undefined;
  /** Index of the line of its FROM. */
  readonly line: number;
  /** Index of the last line of its FROM. */
  readonly fromEnd: number;
}

export interface DockerfileRun {
  /** Index of its first line. */
  readonly line: number;
  /** Index of the first character of the line after the word RUN. */
  readonly flagsAt: number;
  /** Whether it has a --network of its own. */
  readonly hasNetwork: boolean;
}

export interface WrittenImage {
  readonly name: string;
  /** Index of its first character in the text. */
  readonly offset: number;
}
