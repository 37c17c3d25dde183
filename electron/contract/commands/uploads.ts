import * as z from 'zod/mini'
import { ChecksumAlgorithm, ChecksumText, Proof } from '../checksum.ts'
import { TextEncoding } from '../content-type.ts'
import { Failure } from '../failure/kinds.ts'
import { DestinationId, SourceId, UploadId } from '../ids.ts'
import { S3_LIMITS } from '../limits.ts'
import { PartNumber, PartPlan } from '../part-plan.ts'
import { ConflictDecision } from '../rules/upload-rules.ts'
import { ShareLink } from './links.ts'
import { batch, command, nothing } from './row.ts'

const fileName = z.string().check(z.maxLength(1100))
const byteLength = z.int().check(z.gte(0), z.lte(Number.MAX_SAFE_INTEGER))
const epochMs = z.number().check(z.gte(0))
const etag = z.string().check(z.minLength(1), z.maxLength(200))
/** A presigned URL. A bearer secret: never log it, never store it in the page. */
const presignedUrl = z.string().check(z.maxLength(20_000))

/** A file that the person gave to the window. */
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

/** One file of a drop: its ticket, and where it stood inside the dropped folder. */
export const QueueItem = z.strictObject({
  sourceId: SourceId,
  /** `photos/2026/a.jpg` for a file inside a dropped folder, `a.jpg` for a file by itself. */
  relativePath: z.string().check(z.minLength(1), z.maxLength(4096)),
  /** As the browser knows it from the name; empty when unknown. */
  contentType: z.string().check(z.maxLength(255)),
  /** Eight hex digits of the file's bytes, where the destination's key template asks for them. */
  hash8: z.nullable(hash8),
  /** Of a text, by its first bytes; absent: nobody has looked, as at files of other types. */
  encoding: z.optional(TextEncoding),
})
export type QueueItem = z.infer<typeof QueueItem>

/** What the page found out about the bytes of a file. */
export const FileFacts = z.pick(QueueItem, { contentType: true, hash8: true, encoding: true })
export type FileFacts = z.infer<typeof FileFacts>

export const RefusedItem = z.strictObject({ sourceId: SourceId, failure: Failure })

/** What the page may say of an unfinished upload, to be remembered over a restart. */
export const UploadMark = z.discriminatedUnion('phase', [
  /** To be driven as soon as there is a slot, and its source. */
  z.strictObject({ phase: z.literal('waiting') }),
  /** By the person. */
  z.strictObject({ phase: z.literal('paused') }),
  /** The sent parts are kept. */
  z.strictObject({ phase: z.literal('failed'), failure: Failure }),
])
export type UploadMark = z.infer<typeof UploadMark>

/** What the records say of an upload. What happens this second is the engine's to tell. */
export const UploadStatus = z.discriminatedUnion('phase', [
  ...UploadMark.def.options,
  z.strictObject({
    phase: z.literal('done'),
    finishedAtMs: epochMs,
    etag,
    /** Null for uploads of a Ferry that did not check yet. */
    proof: z.nullable(Proof),
  }),
  /**
   * `storeIsClean` turns true when the store itself says that no part is left. `exists`: the bucket
   * had an object there, which was to be left as it is.
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
  /** Null when the file has to be given again (a browser after a reload). */
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
 * A part that the store holds, as it says itself. `checksum` is the store's, or the one that was
 * signed for exactly this part; a part of which neither is known is not held but sent again.
 */
export const PartOnStore = z.strictObject({
  partNumber: PartNumber,
  byteLength,
  etag,
  checksum: ChecksumText,
})
export type PartOnStore = z.infer<typeof PartOnStore>

/**
 * A presigned PUT. Everything in `headers` is signed and must be sent as it is, and no other header
 * of the page's own: a body with a type makes the browser add an unsigned `Content-Type`, which
 * Ceph 20 refuses, so the slice of a part has the type ''.
 */
export const SignedPart = z.strictObject({
  partNumber: PartNumber,
  url: presignedUrl,
  headers: z.record(z.string(), z.string()),
  expiresAtMs: epochMs,
  /** What a refusal is about: a URL does not tell a bucket from a folder. */
  bucket: z.string().check(z.maxLength(255)),
  /** The bucket on this computer, whose full disk is this computer's. */
  isLocal: z.boolean(),
})
export type SignedPart = z.infer<typeof SignedPart>

/** A part that is about to be sent, and the checksum of its bytes by the upload's algorithm. */
export const PartToSign = z.strictObject({ partNumber: PartNumber, checksum: ChecksumText })
export type PartToSign = z.infer<typeof PartToSign>

/** What the store answered to a PUT, and the checksum that was signed for it. */
export const PartReceipt = z.strictObject({
  partNumber: PartNumber,
  etag,
  checksum: ChecksumText,
})
export type PartReceipt = z.infer<typeof PartReceipt>

/** What the host finds out about a PUT whose answer the page could not read. */
export const PutDiagnosis = z.discriminatedUnion('kind', [
  /**
   * The store has the bytes: as good as its answer. `isAnswerHidden`: it answers without the CORS
   * headers that would let the page read it, each time.
   */
  z.strictObject({
    kind: z.literal('acknowledged'),
    receipt: PartReceipt,
    isAnswerHidden: z.boolean(),
  }),
  /** The store, or something in front of it, refuses the host's own requests in the same way. */
  z.strictObject({ kind: z.literal('refused'), failure: Failure }),
  /** Nothing is wrong that the host can see; not reached: it gets no answer either. */
  z.strictObject({ kind: z.literal('unexplained'), isStoreReached: z.boolean() }),
])
export type PutDiagnosis = z.infer<typeof PutDiagnosis>

export const PreparedUpload = z.strictObject({
  plan: PartPlan,
  /**
   * How the bytes of every part of this upload are summed up. Frozen when it begins. Where the
   * store checks nothing, the sums still tell whether the file changed on the way.
   */
  algorithm: ChecksumAlgorithm,
  /**
   * Parts that need not be sent again if the file's bytes still have their checksum: number and
   * length fit the plan.
   */
  held: z.array(PartOnStore).check(z.maxLength(S3_LIMITS.maxPartCount)),
  /** The object is already complete in the bucket: a Complete whose answer was lost. */
  isComplete: z.boolean(),
})
export type PreparedUpload = z.infer<typeof PreparedUpload>

export const uploadCommands = {
  /** Makes one record per file. Files that the store cannot take are answered in `refused`. */
  queueUploads: command(
    z.strictObject({ destinationId: DestinationId, items: batch(QueueItem) }),
    z.strictObject({ uploads: z.array(UploadRecord), refused: z.array(RefusedItem) }),
  ),
  /** Newest last; `after` is the last record of the page before. */
  listUploads: command(
    z.strictObject({ after: z.nullable(UploadId), limit: z.int().check(z.gte(1), z.lte(5000)) }),
    z.strictObject({ uploads: z.array(UploadRecord), hasMore: z.boolean() }),
  ),
  /**
   * Begins the upload on the store, or asks the store what it holds of one that began before.
   * `partBytes` counts only the first time (null: one PUT); afterwards the frozen plan is answered.
   */
  prepareUpload: command(
    z.strictObject({
      uploadId: UploadId,
      partBytes: z.nullable(
        z.int().check(z.gte(S3_LIMITS.minPartBytes), z.lte(S3_LIMITS.maxPartBytes)),
      ),
    }),
    PreparedUpload,
  ),
  /**
   * Signs parts of this upload's own record and nothing else, their checksums with them where the
   * store checks them. Called just before sending.
   */
  signParts: command(
    z.strictObject({ uploadId: UploadId, parts: batch(PartToSign) }),
    z.array(SignedPart),
  ),
  recordParts: command(
    z.strictObject({ uploadId: UploadId, receipts: batch(PartReceipt) }),
    nothing,
  ),
  /**
   * For a PUT whose answer the page could not read. The host looks whether the store has the bytes
   * all the same, and tries the page's requests itself, below a key of its own that it clears away.
   * `isBodySent`: the browser has handed all of the body to the network. `too-large`: the page did
   * read the answer, a 413, and asks for the limit.
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
   * For a PUT whose signature the store did not accept: asks whether it accepts the keys, with a
   * request of the host's own. Null: it does not, or does not say.
   */
  diagnoseSignature: command(
    z.strictObject({ uploadId: UploadId }),
    z.strictObject({ failure: z.nullable(Failure) }),
  ),
  /**
   * Completes on the store, proves by HEAD that the object is there and by the strongest checksum
   * the store has that it is the file, makes the share link.
   */
  completeUpload: command(z.strictObject({ uploadId: UploadId }), UploadRecord),
  /**
   * Remembers over a restart what the person or the engine decided. All or none; a mark of an
   * upload that has ended meanwhile is passed over.
   */
  markUploads: command(
    z.strictObject({ marks: batch(z.strictObject({ uploadId: UploadId, mark: UploadMark })) }),
    nothing,
  ),
  /** What to do about an object that is there already, for uploads that were asked about. */
  decideConflict: command(
    z.strictObject({ uploadIds: batch(UploadId), decision: ConflictDecision }),
    z.strictObject({ uploads: z.array(UploadRecord) }),
  ),
  /** Aborts on the store and asks it whether anything is left. */
  cancelUpload: command(z.strictObject({ uploadId: UploadId }), UploadRecord),
  /**
   * Begins again, with the file as it is now, an upload that failed, or one that waits for its file
   * and is given another: a new record in the same place; what the store holds of the old one is
   * removed. `sourceId`: the file given again, and `facts` of it; null: the host has its path (else
   * `source-detached`) and looks for itself.
   */
  uploadAgain: command(
    z.strictObject({
      uploadId: UploadId,
      sourceId: z.nullable(SourceId),
      /** Absent: as they were. */
      facts: z.optional(FileFacts),
    }),
    UploadRecord,
  ),
  /** Takes finished, failed and cancelled uploads off the list. The objects stay in the bucket. */
  clearUploads: command(z.strictObject({ uploadIds: batch(UploadId) }), nothing),
} as const
