// Looks into differing files for the likely reason. Only the beginnings of some are read, on demand.
import type { ImageDetails } from "../engine/image.ts";
import type { CompareSession } from "./compare-session.ts";
import type { Difference, LevelVerdict } from "./comparison.ts";
import { findHint } from "./find-hint.ts";
import { withContainer } from "./read-files.ts";

/** Of one file, bytes. */
const LONGEST_READ = 1 << 20;
/** Of one comparison. The other files will differ for the same reasons. */
const MOST_FILES = 100;

/** The verdict with hints on those differences that count and for which there is one. */
export async function findHints(
  verdict: LevelVerdict,
  images: { readonly left: ImageDetails; readonly right: ImageDetails; readonly session: CompareSession },
): Promise<LevelVerdict> {
  const { left, right, session } = images;
  const wanted = verdict.differences.filter(isReadable).slice(0, MOST_FILES);
  if (wanted.length === 0) return verdict;
  const hinted = new Map<Difference, Difference>();
  await withContainer(left, session, (leftContainer) =>
    withContainer(right, session, async (rightContainer) => {
      for (const difference of wanted) {
        const { path = "" } = difference;
        const [one, other] = await Promise.all(
          [leftContainer, rightContainer].map((container) =>
            session.engine.readFile(container, path, { headBytes: LONGEST_READ, signal: session.signal }),
          ),
        );
        const hint = one === undefined || other === undefined ? undefined : findHint(one.head, other.head);
        if (hint !== undefined) hinted.set(difference, { ...difference, hint });
      }
    }),
  );
  return { ...verdict, differences: verdict.differences.map((each) => hinted.get(each) ?? each) };
}

/** A name that is no text cannot be asked for. */
function isReadable({ what, path, rule }: Difference): boolean {
  return what === "content" && rule === undefined && path?.isWellFormed() === true;
}
