// Opens an address in the user's browser.
import { spawn } from "node:child_process";

const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Resolves to whether the program for it could be started and has not failed at once. */
export async function openAddress(address: string): Promise<boolean> {
  const [program = "", ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const opener = spawn(program, [...args, address], { stdio: "ignore", detached: true });
  opener.on("error", () => resolve(false));
  opener.on("exit", (code) => resolve(code === 0));
  opener.unref();
  return await promise;
}
