// Attestations of images: documents about them, their signatures, and the judgement of both.
export { createAttester, createResultSignatures } from "./create-attester.ts";
export { findSigner, parseEnvelope, signEnvelope } from "./envelope.ts";
export {
  type Judgement,
  judgeDocuments,
  namePredicateType,
  readPredicateType,
} from "./judge-documents.ts";
export {
  generateSigningKey,
  parseSigningKey,
  parseVerificationKey,
  type SigningKey,
  type VerificationKey,
} from "./keys.ts";
export { STATEMENT_TYPE } from "./statement.ts";
