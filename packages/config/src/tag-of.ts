// Tags from other texts. Imports nothing, as all that a config imports.

const LONGEST_TAG = 128;

/**
 * The tag for a branch, or for another text: in lower case, with "-" for all that a tag cannot hold, cut after 128
 * characters ("feature/JIRA-12" gives "feature-jira-12"). Throws when nothing is left.
 */
export function tagOf(text: string): string {
  const tag = text
    .toLowerCase()
    .replace(/[^a-z0-9_.]+/g, "-")
    .replace(/^[-.]+/, "")
    .slice(0, LONGEST_TAG)
    .replace(/[-.]+$/, "");
  if (tag === "") throw new Error(`${JSON.stringify(text)} holds nothing that a tag can hold`);
  return tag;
}
