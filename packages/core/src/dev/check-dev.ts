// Whether the containers of several apps and services can run beside each other, with all that they take from the machine. Pure.
import type { DevPort, DevSubject } from "../definition/dev-settings.ts";
import type { Failure } from "../failure/failure.ts";

/** Problems of those alone: others are not run. */
export function checkDev(subjects: readonly DevSubject[]): readonly Failure[] {
  const taken: { readonly app: string; readonly port: DevPort }[] = [];
  const failures: Failure[] = [];
  for (const { dev, name } of subjects) {
    failures.push(...(dev?.unset ?? []));
    for (const port of dev?.ports ?? []) {
      if (port.hostPort === undefined) continue;
      const other = taken.find((one) => collide(one.port, port));
      // Within an app it has been reported already.
      if (other === undefined || other.app === name) taken.push({ app: name, port });
      else {
        const message = `publishes port ${port.hostPort}, which ${other.app} publishes too; give one of them another one, write ${JSON.stringify(String(port.port))} for a free one, or select one of them`;
        failures.push({ code: "config-invalid", path: port.path, message });
      }
    }
  }
  return failures;
}

function collide(one: DevPort, other: DevPort): boolean {
  if (one.hostPort !== other.hostPort || one.protocol !== other.protocol) return false;
  return one.hostIp === undefined || other.hostIp === undefined || one.hostIp === other.hostIp;
}
