// Each schema describes exactly the type of its document, or this file does not compile. Types only.

import type { CompareDocument, CompareReport, PlanDocument, SessionEvent, WhyDocument } from "@sti/core";
import type { DoctorReport } from "../commands/doctor.ts";
import type { QueueStatusDocument } from "../commands/queue.ts";
import type { PromoteDocument } from "../compare/print-promote-report.ts";
import type { ImageContract } from "../engine/image-contract.ts";
import type { AttestDocument } from "../print/attest-report.ts";
import type { CleanDocument } from "../print/clean-report.ts";
import type { LockDocument } from "../print/lock-report.ts";
import type { FilesDocument } from "../print/print-files.ts";
import type { HistoryDocument } from "../print/print-history.ts";
import type { LevelsDocument } from "../print/print-pipeline.ts";
import type { InitDocument } from "../print/print-proposal.ts";
import type { StoreDocument } from "../print/store-report.ts";
import type { SessionDocument } from "../report/json-report.ts";
import type { Trace } from "../report/trace-report.ts";
import type { SessionMetadata } from "../session/session-metadata.ts";
import type { compareAppsDocument, compareDocument, promoteDocument } from "./comparison.ts";
import type { Described, Documented, Same } from "./document.ts";
import type { sessionEvent } from "./event.ts";
import type { filesDocument } from "./files.ts";
import type { attestDocument, cleanDocument, storeDocument, usageDocument } from "./image.ts";
import type { planDocument } from "./plan.ts";
import type { doctorDocument, initDocument, levelsDocument, lockDocument } from "./project.ts";
import type { queueStatusDocument } from "./queue.ts";
import type { metadataDocument, reportDocument, traceDocument } from "./session.ts";
import type { historyDocument, whyDocument } from "./why.ts";

export type DocumentTypes = [
  Same<Documented<PlanDocument>, Described<typeof planDocument>>,
  Same<Documented<FilesDocument>, Described<typeof filesDocument>>,
  Same<Documented<WhyDocument>, Described<typeof whyDocument>>,
  Same<Documented<HistoryDocument>, Described<typeof historyDocument>>,
  Same<Documented<CompareDocument>, Described<typeof compareDocument>>,
  Same<Documented<CompareReport>, Described<typeof compareAppsDocument>>,
  Same<Documented<PromoteDocument>, Described<typeof promoteDocument>>,
  Same<Documented<ImageContract>, Described<typeof usageDocument>>,
  Same<Documented<CleanDocument>, Described<typeof cleanDocument>>,
  Same<Documented<StoreDocument>, Described<typeof storeDocument>>,
  Same<Documented<AttestDocument>, Described<typeof attestDocument>>,
  Same<Documented<InitDocument>, Described<typeof initDocument>>,
  Same<Documented<LockDocument>, Described<typeof lockDocument>>,
  Same<Documented<DoctorReport>, Described<typeof doctorDocument>>,
  Same<Documented<QueueStatusDocument>, Described<typeof queueStatusDocument>>,
  Same<Documented<LevelsDocument>, Described<typeof levelsDocument>>,
  Same<Documented<SessionEvent>, Described<typeof sessionEvent>>,
  Same<Documented<SessionDocument>, Described<typeof reportDocument>>,
  Same<Documented<SessionMetadata>, Described<typeof metadataDocument>>,
  Same<Documented<Trace>, Described<typeof traceDocument>>,
];
