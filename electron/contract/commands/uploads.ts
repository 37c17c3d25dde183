import * as z from 'zod/mini'
import { ChecksumAlgorithm, ChecksumText, Proof } from '../checksum.ts'
import { TextEncoding } from '../content-type.ts'
import { Failure } from '../failure/kinds.ts'
import { DestinationId, SourceId, UploadId } from '../ids.ts'
import { S3_LIMITS } from '../limits.ts'
import { PartNumber, PartPlan } from '../part-plan.ts'
import { ConflictDecision } from '../rules/upload-rules.ts'
import { ShareLink } from './links.ts'
import { batch, command, upToBatch } from './row.ts'

const fileName = z.string().check(z.maxLength(1100))
const byteLength = z.int().check(z.gte(0), z.lte(Number.MAX_SAFE_INTEGER))
const epochMs = z.number().check(z.gte(0))
const etag = z.string().check(z.minLength(1), z.maxLength(200))
/** A presigned URL. A bearer secret: never log it, never store it in the page. */
const presignedUrl = z.string().check(z.maxLength(20_000))

/** A file that the user gave to the window. */
export const Source = z.strictObject({
  sourceId: SourceId,
  name: fileName,
  byteLength,
  modifiedAtMs: z.number(),
  /** The host can read the file again after a restart (it knows the path). */
  isDurable: z.boolean(),
})
export type Source = z.infer<typeof Source>

const hash8 = z.string().check(z.regex(/^[0-9a-f]{8}$/))

/** One file of a drop: its ticket, and its path inside the dropped folder. */
export const QueueItem = z.strictObject({
  sourceId: SourceId,
  /** `photos/2026/a.jpg` for a file inside a dropped folder, `a.jpg` for a file by itself. */
  relativePath: z.string().check(z.minLength(1), z.maxLength(4096)),
  /** The browser's guess from the name; empty when unknown. */
  contentType: z.string().check(z.maxLength(255)),
  /** Eight hex digits of the file's hash, if the destination's key template uses them. */
  hash8: z.nullable(hash8),
  /** The encoding of a text, detected from its first bytes; absent for files of other types. */
  encoding: z.optional(TextEncoding),
})
export type QueueItem = z.infer<typeof QueueItem>

/** The page's findings about the bytes of a file. */
export const FileFacts = z.pick(QueueItem, { contentType: true, hash8: true, encoding: true })
export type FileFacts = z.infer<typeof FileFacts>

export const RefusedItem = z.strictObject({ sourceId: SourceId, failure: Failure })

/** The page's state of an unfinished upload, which the host remembers across a restart. */
export const UploadMark = z.discriminatedUnion('phase', [
  /** Starts as soon as a connection is free and the source is available. */
  z.strictObject({ phase: z.literal('waiting') }),
  /** The user paused it. */
  z.strictObject({ phase: z.literal('paused') }),
  /** The sent parts are kept. */
  z.strictObject({ phase: z.literal('failed'), failure: Failure }),
])
export type UploadMark = z.infer<typeof UploadMark>

/** The state of an upload in the records. Only the engine knows its momentary state. */
export const UploadStatus = z.discriminatedUnion('phase', [
  ...UploadMark.def.options,
  z.strictObject({
    phase: z.literal('done'),
    finishedAtMs: epochMs,
    etag,
    /** Null for uploads of older versions of Ferry, which verified nothing. */
    proof: z.nullable(Proof),
  }),
  /**
   * `storeIsClean` becomes true when the store itself says that no part is left. `exists`: the
   * bucket already had an object under the key, and the rule was to skip the file.
   */
  z.strictObject({
    phase: z.literal('cancelled'),
    storeIsClean: z.boolean(),
    why: z.enum(['person', 'exists']),
  }),
])
export type UploadStatus = z.infer<typeof UploadStatus>

export const UploadRecord = z.strictObject({
  uploadId: UploadId,
  destinationId: DestinationId,
  /** The file's own name, the last segment of the key. */
  name: fileName,
  /** The folders between the prefix and the name, `a/b/`, or empty. */
  folder: z.string().check(z.maxLength(4096)),
  key: z.string().check(z.maxLength(1100)),
  byteLength,
  contentType: z.string().check(z.maxLength(255)),
  status: UploadStatus,
  /** Null when the user has to give the file again (in a browser after a reload). */
  sourceId: z.nullable(SourceId),
  /** The host can stream the source to the page by `source://` (desktop only). */
  isSourceDurable: z.boolean(),
  /** Null until the upload was prepared for the first time. */
  plan: z.nullable(PartPlan),
  /** Bytes of the parts whose receipts are recorded; the store is asked before they count. */
  recordedBytes: byteLength,
  link: z.nullable(ShareLink),
  createdAtMs: epochMs,
})
export type UploadRecord = z.infer<typeof UploadRecord>

/**
 * A part that the store says it holds. `checksum` is the store's, or the one that was signed for
 * exactly this part. If neither is known, the part is not listed here but sent again.
 */
export const PartOnStore = z.strictObject({
  partNumber: PartNumber,
  byteLength,
  etag,
  checksum: ChecksumText,
})
export type PartOnStore = z.infer<typeof PartOnStore>

/**
 * A presigned PUT. All `headers` are signed; the page must send them unchanged and add no others. A
 * body with a type makes the browser add an unsigned `Content-Type`, which Ceph 20 refuses, so the
 * slice of a part has the type ''.
 */
export const SignedPart = z.strictObject({
  partNumber: PartNumber,
  url: presignedUrl,
  headers: z.record(z.string(), z.string()),
  expiresAtMs: epochMs,
  /** Named in a refusal: a URL alone does not tell a bucket from a folder. */
  bucket: z.string().check(z.maxLength(255)),
  /** True for the bucket on this computer, whose full disk is this computer's. */
  isLocal: z.boolean(),
})
export type SignedPart = z.infer<typeof SignedPart>

/** A part that is about to be sent, and the checksum of its bytes by the upload's algorithm. */
export const PartToSign = z.strictObject({ partNumber: PartNumber, checksum: ChecksumText })
export type PartToSign = z.infer<typeof PartToSign>

/** The store's answer to a PUT, and the checksum that was signed for it. */
export const PartReceipt = z.strictObject({
  partNumber: PartNumber,
  etag,
  checksum: ChecksumText,
})
export type PartReceipt = z.infer<typeof PartReceipt>

/** The host's findings about a PUT whose answer the page could not read. */
export const PutDiagnosis = z.discriminatedUnion('kind', [
  /**
   * The store has the bytes, which is as good as its answer. `isAnswerHidden`: its answers never
   * have the CORS headers that would let the page read them.
   */
  z.strictObject({
    kind: z.literal('acknowledged'),
    receipt: PartReceipt,
    isAnswerHidden: z.boolean(),
  }),
  /** The store, or something in front of it, refuses the host's own requests in the same way. */
  z.strictObject({ kind: z.literal('refused'), failure: Failure }),
  /** The host finds nothing wrong. If it did not reach the store, it gets no answer either. */
  z.strictObject({ kind: z.literal('unexplained'), isStoreReached: z.boolean() }),
])
export type PutDiagnosis = z.infer<typeof PutDiagnosis>

export const PreparedUpload = z.strictObject({
  plan: PartPlan,
  /**
   * The checksum of every part of this upload. Frozen when it begins. Even if the store verifies
   * nothing, the checksums show whether the file changed during the upload.
   */
  algorithm: ChecksumAlgorithm,
  /**
   * Parts with the plan's numbers and lengths. They need not be sent again if the file's bytes
   * still have their checksums.
   */
  held: z.array(PartOnStore).check(z.maxLength(S3_LIMITS.maxPartCount)),
  /** The object is already complete in the bucket: the answer to Complete was lost. */
  isComplete: z.boolean(),
})
export type PreparedUpload = z.infer<typeof PreparedUpload>

export const uploadCommands = {
  /** Makes one record per file. `refused` has the files that the destination cannot take. */
  queueUploads: command(
    z.strictObject({ destinationId: DestinationId, items: batch(QueueItem) }),
    z.strictObject({ uploads: z.array(UploadRecord), refused: z.array(RefusedItem) }),
  ),
  /** The newest come last; `after` is the last record of the previous page. */
  listUploads: command(
    z.strictObject({ after: z.nullable(UploadId), limit: z.int().check(z.gte(1), z.lte(5000)) }),
    z.strictObject({ uploads: z.array(UploadRecord), hasMore: z.boolean() }),
  ),
  /**
   * Begins the upload at the store, or asks the store which parts it holds of an earlier one.
   * The first call plans the parts; later calls return the same plan.
   */
  prepareUpload: command(z.strictObject({ uploadId: UploadId }), PreparedUpload),
  /**
   * Signs only parts of this upload's own record, including their checksums if the store verifies
   * them. Called just before sending.
   */
  signParts: command(
    z.strictObject({ uploadId: UploadId, parts: batch(PartToSign) }),
    z.array(SignedPart),
  ),
  /**
   * Diagnoses a PUT whose answer the page could not read. The host checks whether the store has the
   * bytes, and otherwise makes the page's requests itself, below a key of its own that it removes
   * again. `isBodySent`: the browser has handed the whole body to the network. `too-large`: the
   * page did read the answer, a 413, and asks for the limit.
   */
  diagnoseNoResponse: command(
    z.strictObject({
      uploadId: UploadId,
      partNumber: PartNumber,
      isBodySent: z.boolean(),
      seen: z.enum(['nothing', 'too-large']),
    }),
    PutDiagnosis,
  ),
  /**
   * Diagnoses a PUT whose signature the store did not accept: the host sends a request of its own to
   * find out whether the store accepts the keys. Null: it does not, or does not say.
   */
  diagnoseSignature: command(
    z.strictObject({ uploadId: UploadId }),
    z.strictObject({ failure: z.nullable(Failure) }),
  ),
  /**
   * Completes the upload at the store, proves by HEAD that the object is there and by the store's
   * strongest checksum that it is the file, and makes the share link.
   */
  completeUpload: command(z.strictObject({ uploadId: UploadId }), UploadRecord),
  /**
   * Brings the host's records up to date with the page, in this order: receipts of acknowledged
   * parts; marks, which remember over a restart what the user or the engine decided; and finished,
   * failed and cancelled uploads that leave the list, while their objects stay in the bucket. A mark
   * of an upload that has ended meanwhile is skipped. `refused` names the uploads whose receipts do
   * not fit their record, and those that cannot leave the list because they have not ended.
   */
  syncUploads: command(
    z.strictObject({
      receipts: upToBatch(z.strictObject({ uploadId: UploadId, receipt: PartReceipt })),
      marks: upToBatch(z.strictObject({ uploadId: UploadId, mark: UploadMark })),
      cleared: upToBatch(UploadId),
    }),
    z.strictObject({ refused: z.array(UploadId) }),
  ),
  /** Stores the user's answer about an object that already exists, for the uploads that ask. */
  decideConflict: command(
    z.strictObject({ uploadIds: batch(UploadId), decision: ConflictDecision }),
    z.strictObject({ uploads: z.array(UploadRecord) }),
  ),
  /** Aborts at the store and asks it whether anything is left. */
  cancelUpload: command(z.strictObject({ uploadId: UploadId }), UploadRecord),
  /**
   * Starts an upload over with the file as it is now, if it failed, or if it waits for its file and
   * gets another one. Makes a new record in the same place, and removes what the store holds of the
   * old one. `sourceId` and `facts` describe the file that was given again. With null, the host reads
   * the file by its path; without a path it fails with `source-detached`.
   */
  uploadAgain: command(
    z.strictObject({
      uploadId: UploadId,
      sourceId: z.nullable(SourceId),
      /** Absent: unchanged. */
      facts: z.optional(FileFacts),
    }),
    UploadRecord,
  ),
} as const
