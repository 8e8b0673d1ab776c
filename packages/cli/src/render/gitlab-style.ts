// A log for GitLab CI: a target that succeeded is a closed section, a failed one is not folded.
import type { GroupStyle, TargetBlock } from "./grouped-renderer.ts";

export function gitlabStyle(): GroupStyle {
  return {
    line: (text) => text,
    folded: (block) => (block.output.length === 0 ? [block.header] : section(block)),
    open: ({ header, output }) => [header, ...output],
    quoted: (lines) => lines,
    end: () => [],
  };
}

/** Made-safe output holds no control characters, without which nothing ends or begins a section. */
function section({ event, header, output }: TargetBlock): readonly string[] {
  const name = `sti_${event.target.replaceAll(/[^A-Za-z0-9_.-]/g, "_")}`;
  const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);
  return [
    `\u001b[0Ksection_start:${seconds(event.at - event.duration)}:${name}[collapsed=true]\r\u001b[0K${header}`,
    ...output,
    `\u001b[0Ksection_end:${seconds(event.at)}:${name}\r\u001b[0K`,
  ];
}
