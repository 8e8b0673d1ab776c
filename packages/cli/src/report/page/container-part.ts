// The part of the page about one container of a watch.
import { type BoundPort, type ContainerView, isWithoutImage } from "@sti/core";
import { nameAddress } from "../../render/name-address.ts";
import { sanitizeLine } from "../../render/sanitize.ts";
import type { PageContainer, PagePort } from "./page-state.ts";

export function containerPart(name: string, row: ContainerView): PageContainer {
  const { isMeant, probe, reason, restartAt, restarts, since, state } = row;
  return {
    name,
    state,
    since,
    canControl: !isWithoutImage(row),
    isMeant,
    reason: reason === undefined ? undefined : sanitizeLine(reason),
    restartAt,
    restarts,
    ports: row.ports.map(describePort),
    probe: probe && {
      at: probe.at,
      question: sanitizeLine(probe.question),
      problem: probe.problem === undefined ? undefined : sanitizeLine(probe.problem),
    },
  };
}

function describePort(port: BoundPort): PagePort {
  const { protocol } = port;
  return { address: nameAddress(port), inside: `${port.port}/${protocol}`, canOpen: protocol === "tcp" };
}
