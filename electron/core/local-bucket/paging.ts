import { S3Error } from '../../local-bucket/http/errors.ts'
import { type S3Request, wholeNumber } from '../../local-bucket/http/s3-request.ts'

/** S3 answers at most this many lines at a time. */
export const MAX_PAGE = 1000

export function pageSize(request: S3Request, name: string): number {
  return Math.min(MAX_PAGE, wholeNumber(request.query.get(name), name) ?? MAX_PAGE)
}

/** How names are written into a list: as they are, or encoded for names XML cannot hold. */
export function nameEncoder(request: S3Request): (name: string) => string {
  const encoding = request.query.get('encoding-type')
  if (encoding === undefined) return (name) => name
  if (encoding !== 'url') throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified')
  return (name) =>
    encodeURIComponent(name)
      .replace(/[!'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+')
      .replaceAll('%2F', '/')
}
