import { S3Error } from '../../local-bucket/http/errors.ts'

type Headers = Readonly<Record<string, string>>

/** As it came, a tag set lies among the headers that are kept of an object; GET tells its length. */
const TAGGING = 'x-amz-tagging'
const MAX_TAGS = 10
const MAX_NAME = 128
const MAX_VALUE = 256
/** Source: docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** The tags that a write brings; refuses those that S3 would. */
export function tagsIn(headers: ReadonlyMap<string, string>): Record<string, string> {
  const tagging = headers.get(TAGGING) ?? ''
  const tags = parsedTags(tagging)
  if (tags.length > MAX_TAGS) {
    throw new S3Error('BadRequest', 'Object tags cannot be greater than 10')
  }
  const names = tags.map(([name]) => name)
  const isTwice = new Set(names).size < names.length
  const isOdd = tags.some(([name, value]) => {
    const isLong = name.length > MAX_NAME || value.length > MAX_VALUE
    return name === '' || isLong || !TEXT.test(name) || !TEXT.test(value) || /^aws:/i.test(name)
  })
  if (isOdd) throw new S3Error('InvalidTag')
  if (isTwice) throw new S3Error('InvalidTag', 'Cannot provide multiple Tags with the same key')
  return tags.length === 0 ? {} : { [TAGGING]: tagging }
}

/** What is kept of an object, without and with only its tags. */
export function splitTags(kept: Headers): { readonly tags: Headers; readonly others: Headers } {
  const { [TAGGING]: tagging, ...others } = kept
  return { tags: tagging === undefined ? {} : { [TAGGING]: tagging }, others }
}

export function tagCount(tags: Headers): Record<string, string> {
  const { length } = tagsOf(tags)
  return length === 0 ? {} : { 'x-amz-tagging-count': String(length) }
}

export function tagsOf(kept: Headers): [name: string, value: string][] {
  return parsedTags(kept[TAGGING] ?? '')
}

function parsedTags(tagging: string): [name: string, value: string][] {
  return [...new URLSearchParams(tagging)]
}
