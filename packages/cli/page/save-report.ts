// Saves a live page as a report: the same document, with the parts in it and without a connection.
import { makeDocument } from "./document.ts";

export function saveReport(parts: ReadonlyMap<string, unknown>): void {
  const text = (selector: string) => document.querySelector(selector)?.textContent ?? "";
  const policy = document.querySelector("meta[http-equiv]")?.getAttribute("content") ?? "default-src 'none'";
  const page = document.getElementById("page")?.cloneNode(true) as HTMLElement | undefined;
  // The policy forbids style attributes in a document; those that scripts set are set again.
  for (const element of page?.querySelectorAll("[style]") ?? []) element.removeAttribute("style");
  const whole = makeDocument({
    title: document.title,
    style: text("head style"),
    script: text("body > script"),
    policy: policy.replace("; connect-src 'self'", ""),
    body: page?.innerHTML ?? "",
    parts: [...parts],
  });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([whole], { type: "text/html" }));
  link.download = "sti-report.html";
  link.click();
  URL.revokeObjectURL(link.href);
}
