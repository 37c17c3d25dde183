import { ByteReader } from './byte-reader.ts'
import { S3Error } from './errors.ts'

/** The fields before the file of a multipart/form-data body, and the file's bytes. */
export interface FormBody {
  /** Lower-case names; the first of two that are alike counts. */
  readonly fields: ReadonlyMap<string, string>
  /** The file's name on the sender's side, without folders; empty when it was not sent. */
  readonly fileName: string
  /** May be read once. */
  readonly file: AsyncIterable<Buffer>
}

const MAX_FIELDS = 100
/** S3 takes 20 KB of fields; the file does not count. */
const MAX_FIELD_BYTES = 20 * 1024

/**
 * Reads a form up to its file, which must be its last field that counts: S3 ignores what follows.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html, RFC 7578
 */
export async function readForm(
  contentType: string,
  body: AsyncIterable<Buffer>,
): Promise<FormBody> {
  const boundary = boundaryOf(contentType)
  const reader = new ByteReader(body)
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  if ((await reader.line()) !== `--${boundary}`) throw new S3Error('MalformedPOSTRequest')
  const fields = new Map<string, string>()
  for (let count = 0, bytesLeft = MAX_FIELD_BYTES; count < MAX_FIELDS; count++) {
    const { name, fileName } = await partHead(reader)
    if (name === 'file') return { fields, fileName, file: reader.until(delimiter) }
    const value = await smallValue(reader, delimiter, bytesLeft)
    bytesLeft -= value.length
    if (!fields.has(name)) fields.set(name, value.toString('utf8'))
    // After the last delimiter comes `--`, and no file was among the parts.
    if ((await reader.line()) !== '') break
  }
  throw new S3Error('InvalidArgument', 'POST requires exactly one file upload per request.')
}

function boundaryOf(contentType: string): string {
  const match = /;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType)
  const boundary = match?.[1] ?? match?.[2]
  if (boundary === undefined) throw new S3Error('MalformedPOSTRequest')
  return boundary
}

async function partHead(reader: ByteReader): Promise<{ name: string; fileName: string }> {
  let disposition = ''
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    if (/^content-disposition:/i.test(line)) disposition = line
  }
  const name = parameterOf(disposition, 'name')
  if (name === null) throw new S3Error('MalformedPOSTRequest')
  const fileName = parameterOf(disposition, 'filename') ?? ''
  return { name: name.toLowerCase(), fileName: fileName.split(/[\\/]/).at(-1) ?? '' }
}

/** Browsers write UTF-8 and escape only quotes and line ends (WHATWG, multipart/form-data). */
function parameterOf(disposition: string, name: string): string | null {
  const match = new RegExp(`;\\s*${name}="([^"]*)"`, 'i').exec(disposition)
  if (match?.[1] === undefined) return null
  return Buffer.from(match[1], 'latin1')
    .toString('utf8')
    .replace(/%(22|0D|0A)/gi, (char) => decodeURIComponent(char))
}

async function smallValue(
  reader: ByteReader,
  delimiter: Buffer,
  maxBytes: number,
): Promise<Buffer> {
  const pieces: Buffer[] = []
  let byteLength = 0
  for await (const piece of reader.until(delimiter)) {
    byteLength += piece.length
    if (byteLength > maxBytes) {
      throw new S3Error('MalformedPOSTRequest', 'The fields before the file are too long.')
    }
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
