import type { IncomingMessage } from 'node:http'

export interface Answer {
  readonly status: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

const ETAG = '"00000000000000000000000000000000"'
const SUM_HEADER = 'x-amz-checksum-crc64nvme'
/** The CRC64NVME of the integrity probe's few bytes: the catalogue's check value. */
const SUM_OF_PROBE = Buffer.from('ae8b14860a799888', 'hex').toString('base64')
/** The prefix of the host's probe uploads, which it never completes. */
const PROBE_KEY = '/.ferry-check-'

interface DiscardedPart {
  readonly byteLength: number
  readonly sum: string | null
}

/** One upload of which only the lengths and checksums are kept. */
export class DiscardedUpload {
  readonly byteLength: number
  readonly #hasSums: boolean
  readonly #ended = Promise.withResolvers<void>()
  readonly #parts = new Map<string, DiscardedPart>()
  #metadata: Record<string, string> = {}
  /** The checksum headers of the finished object; null: it is not finished. */
  #sumOfWhole: Record<string, string> | null = null

  constructor(byteLength: number, hasSums: boolean) {
    this.byteLength = byteLength
    this.#hasSums = hasSums
  }

  /** Resolves when the page without an engine has sent every byte; Ferry sends one more HEAD. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  /** Whether every part was signed with a checksum. */
  get isSummed(): boolean {
    return [...this.#parts.values()].every(({ sum }) => sum !== null)
  }

  isBegunBy(method: string | undefined, { pathname, searchParams }: URL): boolean {
    if (method === 'GET') return pathname === '/go'
    return method === 'POST' && searchParams.has('uploads') && !pathname.includes(PROBE_KEY)
  }

  answerTo(request: IncomingMessage, url: URL, byteLength: number): Answer {
    if (url.pathname.includes(PROBE_KEY)) return this.#answerProbe(request)
    switch (request.method) {
      case 'PUT':
        return this.#land(url.searchParams.get('partNumber') ?? '1', byteLength, request)
      case 'POST':
        if (url.searchParams.has('uploadId')) return this.#complete(request)
        this.#metadata = headersIn(request, 'x-amz-meta-')
        return CREATED
      case 'HEAD':
        return this.#look()
      case 'GET':
        return { status: 200, body: url.pathname === '/go' ? '' : this.#list() }
      default:
        return { status: 204 }
    }
  }

  #answerProbe(request: IncomingMessage): Answer {
    const checksum = request.headers[SUM_HEADER]
    if (request.method === 'POST') return CREATED
    if (request.method === 'GET') return refusal(404, 'NoSuchUpload')
    if (request.method !== 'PUT') return { status: 204 }
    const isWrong = this.#hasSums && checksum !== undefined && checksum !== SUM_OF_PROBE
    return isWrong ? refusal(400, 'BadDigest') : TAKEN
  }

  #land(partNumber: string, byteLength: number, { headers }: IncomingMessage): Answer {
    const checksum = headers[SUM_HEADER]
    this.#parts.set(partNumber, { byteLength, sum: typeof checksum === 'string' ? checksum : null })
    const isBare = Object.keys(this.#metadata).length === 0
    const total = [...this.#parts.values()].reduce((bytes, part) => bytes + part.byteLength, 0)
    if (isBare && total === this.byteLength) this.#ended.resolve()
    return TAKEN
  }

  #complete(request: IncomingMessage): Answer {
    this.#sumOfWhole = this.#hasSums ? headersIn(request, 'x-amz-checksum-') : {}
    const body = `<CompleteMultipartUploadResult><ETag>${ETAG}</ETag></CompleteMultipartUploadResult>`
    return { status: 200, body }
  }

  #look(): Answer {
    if (this.#sumOfWhole === null) return { status: 404 }
    this.#ended.resolve()
    const length = { 'content-length': `${this.byteLength}` }
    return {
      status: 200,
      headers: { ...this.#metadata, ...this.#sumOfWhole, ...length, etag: ETAG },
    }
  }

  #list(): string {
    const parts = [...this.#parts].map(([partNumber, { byteLength, sum }]) => {
      const echo = sum === null ? '' : `<ChecksumCRC64NVME>${sum}</ChecksumCRC64NVME>`
      const facts = `<PartNumber>${partNumber}</PartNumber><ETag>${ETAG}</ETag>`
      return `<Part>${facts}<Size>${byteLength}</Size>${echo}</Part>`
    })
    return `<ListPartsResult><IsTruncated>false</IsTruncated>${parts.join('')}</ListPartsResult>`
  }
}

const TAKEN: Answer = { status: 200, headers: { etag: ETAG } }
const CREATED: Answer = {
  status: 200,
  body: '<InitiateMultipartUploadResult><UploadId>bench</UploadId></InitiateMultipartUploadResult>',
}

function refusal(status: number, code: string): Answer {
  return { status, body: `<Error><Code>${code}</Code></Error>` }
}

function headersIn({ headers }: IncomingMessage, prefix: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith(prefix) && typeof value === 'string' ? [[name, value]] : [],
    ),
  )
}
