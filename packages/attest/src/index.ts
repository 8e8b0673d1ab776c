// Attestations of images: documents about them, their signatures, and the judgement of both.
export { createAttester } from "./create-attester.ts";
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
  type VerificationKey,
} from "./keys.ts";
export { STATEMENT_TYPE } from "./statement.ts";
