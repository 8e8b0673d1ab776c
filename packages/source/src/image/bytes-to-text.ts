// Names as text, whatever their bytes are: two names are equal as texts where they are as bytes.
import { isUtf8 } from "node:buffer";

/** UTF-8; a byte that is none becomes a lone surrogate, 0xff "\udcff", which no UTF-8 ever gives. */
export function bytesToText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find(
      (size) => isUtf8(bytes.subarray(at, at + size)) && at + size <= bytes.length,
    );
    text +=
      length === undefined
        ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0))
        : bytes.toString("utf8", at, at + length);
    at += length ?? 1;
  }
  return text;
}
