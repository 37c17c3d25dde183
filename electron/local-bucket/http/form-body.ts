import { ByteReader } from './byte-reader.ts'
import { S3Error } from './errors.ts'

/** A multipart/form-data body: the fields before the file, and the file's bytes. */
export interface FormBody {
  /** Lower-case names; the first of two equal names counts. */
  readonly fields: ReadonlyMap<string, string>
  /** The file name that the client sent, without folders; empty when it sent none. */
  readonly fileName: string
  /** It can be read once. */
  readonly file: AsyncIterable<Buffer>
}

const MAX_FIELDS = 100
const MAX_HEADERS_OF_PART = 16
/** RFC 2046, 5.1.1: `boundary`. */
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/
/** S3 accepts 20 KB of fields, not counting the file. */
const MAX_FIELD_BYTES = 20 * 1024

/**
 * Reads a form up to its file. S3 ignores all fields after the file.
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
    if (name === 'file') return { fields, fileName, file: fileOf(reader, delimiter) }
    const value = await smallValue(reader, delimiter, bytesLeft)
    bytesLeft -= value.length
    if (!fields.has(name)) fields.set(name, value.toString('utf8'))
    if ((await delimiterEnd(reader)) === 'last') break
  }
  throw new S3Error('InvalidArgument', 'POST requires exactly one file upload per request.')
}

function boundaryOf(contentType: string): string {
  const boundary = parsedHeader(contentType).parameters.get('boundary') ?? ''
  if (!BOUNDARY.test(boundary)) throw new S3Error('MalformedPOSTRequest')
  return boundary
}

async function partHead(reader: ByteReader): Promise<{ name: string; fileName: string }> {
  const dispositions: string[] = []
  let lines = 0
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    lines += 1
    const isDisposition = /^content-disposition:/i.test(line)
    if (isDisposition) dispositions.push(line.slice(line.indexOf(':') + 1))
    if (lines > MAX_HEADERS_OF_PART) throw new S3Error('MalformedPOSTRequest')
  }
  const [disposition = ''] = dispositions
  const { value, parameters } = parsedHeader(disposition)
  const name = parameters.get('name')
  if (dispositions.length !== 1 || value !== 'form-data' || name === undefined) {
    throw new S3Error('MalformedPOSTRequest')
  }
  const fileName = fieldText(parameters.get('filename') ?? '')
  return { name: fieldText(name).toLowerCase(), fileName: fileName.split(/[\\/]/).at(-1) ?? '' }
}

/** Browsers write UTF-8 and escape only quotes and line ends (WHATWG, multipart/form-data). */
function fieldText(parameter: string): string {
  return Buffer.from(parameter, 'latin1')
    .toString('utf8')
    .replace(/%(22|0D|0A)/gi, (char) => decodeURIComponent(char))
}

/**
 * A boundary that is followed by more text on its line is not a boundary (RFC 2046, 5.1.1:
 * `delimiter`, `close-delimiter`). The sender's intent is unknown, so the form is refused before
 * anything is stored.
 */
async function delimiterEnd(reader: ByteReader): Promise<'next' | 'last'> {
  const first = await reader.take(1)
  const end = Buffer.concat([first, await reader.take(1)]).toString('latin1')
  if (end === '--') return 'last'
  if (end === '\r\n') return 'next'
  throw new S3Error('MalformedPOSTRequest')
}

async function* fileOf(reader: ByteReader, delimiter: Buffer): AsyncGenerator<Buffer, void> {
  yield* reader.until(delimiter)
  await delimiterEnd(reader)
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

interface ParsedHeader {
  /** Lower case. */
  readonly value: string
  /** Lower-case names. */
  readonly parameters: ReadonlyMap<string, string>
}

/** RFC 9110, 5.6.6, plus the characters that browsers leave unescaped in a quoted name. */
const PARAMETER = /[ \t]*;[ \t]*([a-z0-9*_-]+)=(?:"([^"\r\n]*)"|([^\s;",]+))/iy

/**
 * Parses `value; name="text"; …` strictly from beginning to end, so text inside quotes is never
 * taken for a parameter.
 *
 * @throws S3Error MalformedPOSTRequest for a header that two parsers could read differently.
 */
function parsedHeader(text: string): ParsedHeader {
  const malformed = () => new S3Error('MalformedPOSTRequest')
  const value = /^[^;]*/.exec(text)?.[0] ?? ''
  const parameters = new Map<string, string>()
  for (let at = value.length; at < text.length; at = PARAMETER.lastIndex) {
    PARAMETER.lastIndex = at
    const match = PARAMETER.exec(text)
    if (match === null) {
      if (/^[ \t]*;?[ \t]*$/.test(text.slice(at))) break
      throw malformed()
    }
    const name = (match[1] ?? '').toLowerCase()
    if (parameters.has(name)) throw malformed()
    parameters.set(name, match[2] ?? match[3] ?? '')
  }
  return { value: value.trim().toLowerCase(), parameters }
}
