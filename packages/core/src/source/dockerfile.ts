// The Dockerfiles of image entries, as core changes them. Parsing them is in @sti/source. Types only.

/** A user's Dockerfile with the places that matter to core. */
export interface Dockerfile {
  /** Without a byte order mark. */
  readonly text: string;
  readonly stages: readonly DockerfileStage[];
  /** Names of images as they are written, in their order; without those of stages, and those with variables. */
  readonly images: readonly WrittenImage[];
  /** Whether the last instruction has an end: another one may follow. */
  readonly isComplete: boolean;
}

export interface DockerfileStage {
  /** In lower case. */
  readonly name: string | undefined;
  /** Index of the line of its FROM. */
  readonly line: number;
}

export interface WrittenImage {
  readonly name: string;
  /** Index of its first character in the text. */
  readonly offset: number;
}
