// Whether an instruction of a Dockerfile may reach every file of the build context. Pure.
import { Copy, type Instruction, JSONInstruction, Run } from "dockerfile-ast";

/** In doubt, it may. */
export function takesWholeContext(instruction: Instruction): boolean {
  if (instruction instanceof Run) return mountsAll(instruction);
  const isCopy = instruction instanceof Copy;
  if (!isCopy && instruction.getKeyword() !== "ADD") return false;
  if (isCopy && instruction.getFromFlag() !== null) return false;
  const listed = instruction instanceof JSONInstruction ? instruction.getJSONStrings() : [];
  const words =
    listed.length > 0 ? listed.map((one) => one.getJSONValue()) : instruction.getArguments().map(String);
  return words.slice(0, -1).some(mayBeAll);
}

/** A bind mount, which is the usual kind, without a stage or an image. */
function mountsAll(run: Run): boolean {
  return run
    .getFlags()
    .filter((flag) => flag.getName() === "mount")
    .some((flag) => {
      const option = (...names: readonly string[]) =>
        names.map((name) => flag.getOption(name)?.getValue()).find((value) => value != null);
      if ((option("type") ?? "bind") !== "bind" || option("from") !== undefined) return false;
      return mayBeAll(option("source", "src") ?? ".");
    });
}

/** The context's root, or a pattern or variable that can stand for any of its files. */
function mayBeAll(source: string): boolean {
  const path = source.replaceAll(/["']/g, "");
  if (/^[a-z]+:\/\//i.test(path)) return false;
  const [first = ""] = path.split("/").filter((name) => name !== "" && name !== ".");
  if (first === "" || /[$\\]|\.\./.test(path)) return true;
  // A pattern with a letter before its first sign fits no name that begins with a dot.
  return /^[.*?[]/.test(first) && /[*?[]/.test(first);
}
