// A text to copy, such as a command line, with a button that does it.
import { useEffect, useState } from "preact/hooks";

export function CopyLine({ label, text }: { readonly text: string; readonly label: string }) {
  return (
    <span class="copy-line">
      <code>{text}</code>
      <CopyButton text={text} label={label} />
    </span>
  );
}

export function CopyButton({ label, text }: { readonly text: string; readonly label: string }) {
  const [done, setDone] = useState<"copied" | "not copied">();
  useEffect(() => {
    if (done === undefined) return;
    const timer = setTimeout(() => setDone(undefined), 2000);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone("copied");
    } catch {
      // Refused by the browser, or a page that it does not trust: the text can still be selected.
      setDone("not copied");
    }
  };
  return (
    <button type="button" class="copy" aria-label={label} title={label} onClick={() => void copy()}>
      <span aria-live="polite">{done ?? "copy"}</span>
    </button>
  );
}
