import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ChecksumAlgorithm } from '../../electron/contract/checksum.ts'
import { checksumOf } from './core-harness.ts'
import { type Answer, plain, refusal } from './stub-store.ts'

const TOKEN = 'x-amz-meta-ferry-upload'
const XML = { 'content-type': 'application/xml' }
const ELEMENTS = { crc64nvme: 'CRC64NVME', crc32c: 'CRC32C', sha256: 'SHA256' } as const

type Kept = keyof typeof ELEMENTS

interface OddPart {
  readonly body: Buffer
  byteLength: number
  etag: string
}

interface OddUpload {
  readonly key: string
  readonly token: string
  readonly headers: IncomingMessage['headers']
  readonly parts: Map<number, OddPart>
}

interface OddObject {
  /** Absent: the object exists under every key. */
  readonly key?: string
  byteLength: number
  token: string
  etag: string
  headers: Record<string, string>
}

/** A store with one object, whose behaviour and features a test chooses one by one. */
export class OddStore {
  /** Answers that replace the normal ones, by operation. */
  readonly manners: Record<string, Answer> = {}
  /** The checksum that it verifies; it accepts and ignores others. */
  checks: ChecksumAlgorithm | null = null
  /** The checksum that it calculates and returns, in lists and for the object. */
  keeps: { readonly algorithm: Kept; readonly type: 'FULL_OBJECT' | 'COMPOSITE' } | null = null
  /** Whether its ETags are MD5s, like S3's, or arbitrary. */
  hasMd5Etags = false
  keepsTokens = true
  /** The fields that HEAD returns in addition to the token. */
  headSays = { length: true, etag: true }
  takesChecksumType = true
  pageLength = 1000
  object: OddObject | null = null
  /** Headers and body of every Complete, oldest first. */
  readonly completions: { headers: IncomingMessage['headers']; body: string }[] = []
  readonly uploads = new Map<string, OddUpload>()

  readonly answer: Answer = (request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => void this.#answer(request, Buffer.concat(pieces), response))
  }

  /** The parts of the current upload, without those of the integrity probe. */
  get parts(): Map<number, OddPart> {
    const found = [...this.uploads.values()].filter(({ key }) => !key.includes('.ferry-check'))
    return found.at(-1)?.parts ?? new Map()
  }

  /** Creates the object from its parts. */
  async complete(byteLength?: number): Promise<void> {
    const [id, upload] = [...this.uploads].at(-1) ?? []
    if (id === undefined || upload === undefined) throw new Error('Nothing was begun')
    const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, part]) => part)
    const body = Buffer.concat(parts.map((part) => part.body))
    const md5s = parts.map((part) => createHash('md5').update(part.body).digest())
    const md5 = createHash('md5').update(Buffer.concat(md5s)).digest('hex')
    this.object = {
      key: upload.key,
      byteLength: byteLength ?? parts.reduce((sum, part) => sum + part.byteLength, 0),
      token: upload.token,
      etag: this.hasMd5Etags ? `"${md5}-${parts.length}"` : '"from-head"',
      headers: await this.#sums(body, parts),
    }
    this.uploads.delete(id)
  }

  async #answer(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const asked = read(request)
    const odd = this.manners[asked.operation]
    if (asked.operation === 'complete') {
      this.completions.push({ headers: request.headers, body: body.toString() })
    }
    const answer = odd ?? (await this.#doAs(asked, request, body))
    answer(request, response)
  }

  async #doAs(asked: Asked, request: IncomingMessage, body: Buffer): Promise<Answer> {
    const upload = this.uploads.get(asked.query.get('uploadId') ?? '')
    if (asked.query.has('uploadId') && upload === undefined) return refusal(404, 'NoSuchUpload')
    switch (asked.operation) {
      case 'head':
        return this.#head(request)
      case 'create':
        return this.#create(asked.key, request)
      case 'put':
        return this.#put(asked, upload, request, body)
      case 'get':
        return this.#get(request)
      case 'list':
        return this.#listObjects(asked.query.get('prefix') ?? '')
      case 'list-parts':
        return this.#list(upload, Number(asked.query.get('part-number-marker') ?? 0))
      case 'complete':
        await this.complete()
        return plain(200, '<R><ETag>"whole-2"</ETag></R>', XML)
      case 'abort':
        this.uploads.delete(asked.query.get('uploadId') ?? '')
        return plain(204, '')
      case 'delete':
        this.object = null
        return plain(204, '')
      default:
        return plain(200, '<R/>', XML)
    }
  }

  #create(key: string, request: IncomingMessage): Answer {
    const hasType = request.headers['x-amz-checksum-type'] !== undefined
    // The integrity probe gets the usual answers of other stores.
    const isUpload = !key.includes('.ferry-check')
    if (hasType && isUpload && !this.takesChecksumType) return refusal(400, 'InvalidRequest')
    const id = randomUUID()
    const token = this.keepsTokens ? String(request.headers[TOKEN] ?? '') : ''
    this.uploads.set(id, { key, token, headers: request.headers, parts: new Map() })
    return plain(200, `<R><UploadId>${id}</UploadId></R>`, XML)
  }

  async #put(
    { query }: Asked,
    upload: OddUpload | undefined,
    { headers }: IncomingMessage,
    body: Buffer,
  ): Promise<Answer> {
    if (this.checks !== null) {
      const header = this.checks === 'md5' ? 'content-md5' : `x-amz-checksum-${this.checks}`
      const claimed = headers[header]
      const isWrong = claimed !== undefined && claimed !== (await checksumOf(this.checks, body))
      if (isWrong) return refusal(400, 'BadDigest')
    }
    const number = Number(query.get('partNumber') ?? 0)
    const md5 = createHash('md5').update(body).digest('hex')
    const etag = this.hasMd5Etags ? `"${md5}"` : `"etag-${number}"`
    const { byteLength } = body
    if (upload !== undefined) upload.parts.set(number, { body, byteLength, etag })
    else {
      const token = this.keepsTokens ? String(headers[TOKEN] ?? '') : ''
      this.object = { byteLength, token, etag, headers: await this.#sums(body, []) }
    }
    return plain(200, '', { etag })
  }

  async #sums(body: Buffer, parts: readonly OddPart[]): Promise<Record<string, string>> {
    if (this.keeps === null) return {}
    const { algorithm, type } = this.keeps
    const isComposite = type === 'COMPOSITE' && parts.length > 0
    const each = await Promise.all(parts.map((part) => checksumOf(algorithm, part.body)))
    const joined = Buffer.concat(each.map((checksum) => Buffer.from(checksum, 'base64')))
    const checksum = await checksumOf(algorithm, isComposite ? joined : body)
    return {
      [`x-amz-checksum-${algorithm}`]: isComposite ? `${checksum}-${parts.length}` : checksum,
      'x-amz-checksum-type': isComposite ? 'COMPOSITE' : 'FULL_OBJECT',
    }
  }

  #head({ headers }: IncomingMessage): Answer {
    if (this.object === null) return plain(404, '')
    const { byteLength, token, etag } = this.object
    return plain(200, '', {
      ...(this.headSays.length ? { 'content-length': String(byteLength) } : {}),
      ...(this.headSays.etag ? { etag } : {}),
      ...(token === '' ? {} : { [TOKEN]: token }),
      ...(headers['x-amz-checksum-mode'] === undefined ? {} : this.object.headers),
    })
  }

  /** Zeros, because the content does not matter. */
  #get({ headers }: IncomingMessage): Answer {
    if (this.object === null) return refusal(404, 'NoSuchKey')
    const { byteLength } = this.object
    if (headers.range === undefined) return plain(200, '\0'.repeat(byteLength))
    if (byteLength === 0) return refusal(416, 'InvalidRange')
    return plain(206, '\0', { 'content-range': `bytes 0-0/${byteLength}` })
  }

  #listObjects(prefix: string): Answer {
    const { object } = this
    const isThere = object !== null && (object.key ?? prefix).startsWith(prefix)
    const size = `<Size>${object?.byteLength}</Size>`
    const entry = `<Contents><Key>${object?.key ?? prefix}</Key>${size}</Contents>`
    return plain(200, `<ListBucketResult>${isThere ? entry : ''}</ListBucketResult>`, XML)
  }

  async #list(upload: OddUpload | undefined, after: number): Promise<Answer> {
    const parts = upload?.parts ?? new Map<number, OddPart>()
    const numbers = [...parts.keys()].filter((each) => each > after).sort((a, b) => a - b)
    const page = numbers.slice(0, this.pageLength)
    const listed = page.map(async (number) => {
      const part = parts.get(number)
      if (part === undefined) return ''
      return (
        `<Part><PartNumber>${number}</PartNumber><ETag>${part.etag}</ETag>` +
        `<Size>${part.byteLength}</Size>${await this.#echo(part)}</Part>`
      )
    })
    const more =
      `<IsTruncated>${page.length < numbers.length}</IsTruncated>` +
      `<NextPartNumberMarker>${page.at(-1) ?? 0}</NextPartNumberMarker>`
    const lines = (await Promise.all(listed)).join('')
    return plain(200, `<ListPartsResult>${lines}${more}</ListPartsResult>`, XML)
  }

  async #echo(part: OddPart): Promise<string> {
    if (this.keeps === null) return ''
    const name = `Checksum${ELEMENTS[this.keeps.algorithm]}`
    return `<${name}>${await checksumOf(this.keeps.algorithm, part.body)}</${name}>`
  }
}

interface Asked {
  readonly operation: string
  readonly key: string
  readonly query: URLSearchParams
}

const OPERATIONS: Record<string, readonly [ofUpload: string, other: string]> = {
  POST: ['complete', 'create'],
  GET: ['list-parts', 'list'],
  DELETE: ['abort', 'delete'],
  PUT: ['put', 'put'],
  HEAD: ['head', 'head'],
}

function read(request: IncomingMessage): Asked {
  const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://any')
  const [ofUpload, other] = OPERATIONS[request.method ?? ''] ?? ['', '']
  const operation = query.has('uploadId') ? ofUpload : other
  const key = decodeURIComponent(pathname.split('/').slice(2).join('/'))
  if (operation !== 'list') return { operation, key, query }
  const isOfUploads = query.has('uploads')
  return { operation: key !== '' ? 'get' : isOfUploads ? 'list-uploads' : 'list', key, query }
}
