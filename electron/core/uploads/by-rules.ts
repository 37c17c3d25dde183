import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { StoredDestination } from '../destinations/stored-destination.ts'
import type { UploadRow } from '../records/upload-row.ts'
import { refusalOf } from './allowed.ts'
import { contentTypeOf } from './content-type.ts'
import { fileNameOf } from './keys.ts'
import type { UploadContext } from './upload-context.ts'
import { currentKeyByTemplate, freeKey } from './wanted-place.ts'

/**
 * The upload as the rules of now would have it, if it has not begun; one that has begun stays what
 * it is, and is judged all the same. Fails with `type-not-allowed`, `too-large`, or with what a new
 * template makes of its name.
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
  const ruled = isTyped ? placed.value : context.records.rules.setContentType(uploadId, contentType)
  if (ruled !== row) context.changed([ruled.record])
  return succeeded(ruled)
}

/** By the rules as they are now, since those of the queueing may be long ago. */
export function refusalByRules(
  destination: StoredDestination,
  { record, relativePath }: UploadRow,
  contentType = record.contentType,
) {
  const { byteLength } = record
  return refusalOf(destination, { name: fileNameOf(relativePath), byteLength, contentType })
}

/** Older Ferrys kept no word of the browser's: what they made of it then stands. */
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
  if (row.placed?.keyTemplate === keyTemplate) return succeeded(row)
  const wanted = currentKeyByTemplate(destination, row)
  // The new template asks for digits that were not worked out when the file was given.
  if (!wanted.ok) return wanted.failure.kind === 'not-now' ? succeeded(row) : wanted
  const { uploadId } = row.record
  const placing = freeKey(context.records, destination, wanted.value, uploadId)
  if (placing === null) return failed({ kind: 'name-unusable', reason: 'too-long' })
  const placed = { keyTemplate, wantedKey: wanted.value.key }
  return succeeded(context.records.rules.place(uploadId, placing, placed))
}
