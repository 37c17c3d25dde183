import mime from 'mime'
import type { Destination } from '../../../contract/commands/destinations.ts'
import {
  acceptTokens,
  contentTypeByRules,
  hasExtension,
  isMediaType,
  type TextEncoding,
  withCharset,
} from '../../../contract/content-type.ts'
import type { Failure } from '../../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../../contract/outcome.ts'
import type { UploadRules } from '../../../contract/rules/upload-rules.ts'
import type { StoredDestination } from '../../destinations/stored-destination.ts'
import type { UploadRow } from '../../records/stored-upload.ts'
import type { UploadContext } from '../upload-context.ts'
import { currentKeyByTemplate, fileNameOf, freeKey } from './object-key.ts'
import { longestFileBytes } from './plan-parts.ts'

interface FileToAdmit {
  /** The file's own name, not the one it gets in the bucket. */
  readonly name: string
  readonly byteLength: number
  readonly contentType: string
}

/** The reason why the destination's rules or its store refuse a file. Null when they accept it. */
export function refusalOf(
  { rules, maxPartCount }: Pick<Destination, 'rules' | 'maxPartCount'>,
  { name, byteLength, contentType }: FileToAdmit,
): Failure | null {
  const longest = longestFileBytes(maxPartCount)
  const allowed = rules.maxFileBytes ?? longest
  if (allowed < longest && byteLength > allowed) {
    return { kind: 'size-not-allowed', limitBytes: allowed }
  }
  if (byteLength > longest) return { kind: 'too-large', limitBytes: longest }
  const type = contentType.split(';')[0]?.trim() ?? ''
  if (isAllowed(rules, name, type.toLowerCase())) return null
  return { kind: 'type-not-allowed', contentType: type.slice(0, 300) }
}

/**
 * Reads the list as `<input accept>` does: a type, a type with `*` after the slash, or an
 * extension.
 *
 * html.spec.whatwg.org/multipage/input.html#attr-input-accept
 */
function isAllowed(rules: UploadRules, name: string, type: string): boolean {
  const wanted = acceptTokens(rules.allowedTypes)
  return (
    wanted.length === 0 ||
    wanted.some((token) => {
      if (token.startsWith('.')) return hasExtension(name, token.slice(1))
      if (token.endsWith('/*')) return token === '*/*' || type.startsWith(token.slice(0, -1))
      return token === type
    })
  )
}

const UNKNOWN = 'application/octet-stream'

/**
 * First the destination's rule for the extension; then the browser's type, which comes from the
 * system or the file's bytes; then the usual meaning of the extension. A text type without an
 * encoding gets the one that was detected in its bytes.
 */
export function contentTypeOf(
  rules: Pick<UploadRules, 'contentTypes'>,
  fromBrowser: string,
  name: string,
  encoding: TextEncoding | null,
): string {
  const stated = fromBrowser.trim()
  const known = isMediaType(stated) ? stated : (mime.getType(name) ?? UNKNOWN)
  return withCharset(contentTypeByRules(rules, name) ?? known, encoding)
}

/**
 * Applies the current rules to an upload that has not begun; one that has begun keeps its key and
 * type but is checked all the same. Fails with `type-not-allowed`, `too-large`, or with the failure
 * that a new template causes for its name.
 */
export function applyRules(
  context: UploadContext,
  destination: StoredDestination,
  row: UploadRow,
): Outcome<UploadRow> {
  const isNew = row.record.plan === null
  const contentType = isNew ? typeByRules(destination, row) : row.record.contentType
  const refusal = refusalByRules(destination, row, contentType)
  if (refusal !== null) return failed(refusal)
  if (!isNew) return succeeded(row)
  const placed = keyByRules(context, destination, row)
  if (!placed.ok) return placed
  const { uploadId } = row.record
  const isTyped = contentType === row.record.contentType
  const ruled = isTyped
    ? placed.value
    : context.records.uploads.setContentType(uploadId, contentType)
  if (ruled !== row) context.changed([ruled.record])
  return succeeded(ruled)
}

/** Uses the current rules, since the upload may have been queued long ago. */
export function refusalByRules(
  destination: StoredDestination,
  { record, relativePath }: UploadRow,
  contentType = record.contentType,
) {
  const { byteLength } = record
  return refusalOf(destination, { name: fileNameOf(relativePath), byteLength, contentType })
}

/** Older versions of Ferry did not store the browser's type: the type that they derived is kept. */
function typeByRules(
  { rules }: StoredDestination,
  { record, relativePath, statedType, encoding }: UploadRow,
) {
  return contentTypeOf(rules, statedType ?? record.contentType, fileNameOf(relativePath), encoding)
}

function keyByRules(
  context: UploadContext,
  destination: StoredDestination,
  row: UploadRow,
): Outcome<UploadRow> {
  const { keyTemplate } = destination.rules
  if (row.keyOrigin?.keyTemplate === keyTemplate) return succeeded(row)
  const wanted = currentKeyByTemplate(destination, row)
  // The new template needs hash digits that were not computed when the file was given.
  if (!wanted.ok) return wanted.failure.kind === 'wrong-state' ? succeeded(row) : wanted
  const { uploadId } = row.record
  const placing = freeKey(context.records, destination, wanted.value, uploadId)
  if (placing === null) return failed({ kind: 'name-unusable', reason: 'too-long' })
  const origin = { keyTemplate, wantedKey: wanted.value.key }
  return succeeded(context.records.uploads.setKeyByRules(uploadId, placing, origin))
}
