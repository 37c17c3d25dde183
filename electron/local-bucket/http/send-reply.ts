import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { S3Error } from './errors.ts'
import { type DelayedDocument, type Reply, XML_HEADERS } from './reply.ts'
import { errorElement, XML_DECLARATION } from './xml.ts'

/**
 * A delayed document starts after this time, and a space follows at this interval to keep the
 * connection alive.
 */
const FIRST_BYTE_WITHIN_MS = 10_000
const READ_BYTES = 256 * 1024

/** `headers` go into every answer to this request; the reply's own headers are added. */
export async function sendReply(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  reply: Reply,
): Promise<void> {
  const { body } = reply
  const head = { ...headers, ...reply.headers }
  switch (body.kind) {
    case 'none': {
      const hasLength = head['Content-Length'] !== undefined
      const mayHaveBody = reply.status !== 204 && reply.status !== 304
      const length = hasLength || !mayHaveBody ? {} : { 'Content-Length': '0' }
      response.writeHead(reply.status, { ...head, ...length }).end()
      return
    }
    case 'text': {
      const bytes = Buffer.from(body.text)
      response.writeHead(reply.status, { ...head, 'Content-Length': String(bytes.length) })
      response.end(bytes)
      return
    }
    case 'file':
      await sendFile(response, reply.status, head, body)
      return
    case 'slow':
      await sendDelayed(response, head, body.answer)
  }
}

async function sendFile(
  response: ServerResponse,
  status: number,
  head: Readonly<Record<string, string>>,
  { handle, start, byteLength }: Extract<Reply['body'], { kind: 'file' }>,
): Promise<void> {
  try {
    response.writeHead(status, head)
    const end = start + byteLength - 1
    const reading = { start, end, highWaterMark: READ_BYTES, autoClose: false }
    await pipeline(handle.createReadStream(reading), response)
  } finally {
    await handle.close()
  }
}

/** Sends S3's error document, without a body for HEAD. */
export function sendError(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  fields: Readonly<Record<string, string>>,
  error: S3Error,
  isHead: boolean,
): void {
  const bytes = Buffer.from(XML_DECLARATION + errorElement(fields))
  response.writeHead(error.status, {
    ...headers,
    ...error.headers,
    ...(isHead ? {} : XML_HEADERS),
    ...(isHead ? {} : { 'Content-Length': String(bytes.length) }),
  })
  response.end(isHead ? undefined : bytes)
}

/** Once the answer has started, an error goes into the body, as S3 does. */
async function sendDelayed(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  answer: Promise<DelayedDocument>,
): Promise<void> {
  const head = { ...headers, ...XML_HEADERS }
  let pulse: NodeJS.Timeout | null = null
  const patience = setTimeout(() => {
    response.writeHead(200, head).write(XML_DECLARATION)
    pulse = setInterval(() => response.write(' '), FIRST_BYTE_WITHIN_MS)
  }, FIRST_BYTE_WITHIN_MS)
  try {
    const { headers: own, element } = await answer
    if (response.headersSent) response.end(element)
    else response.writeHead(200, { ...head, ...own }).end(XML_DECLARATION + element)
  } catch (error) {
    if (!response.headersSent) throw error
    const known = error instanceof S3Error ? error : new S3Error('InternalError')
    response.end(errorElement({ Code: known.code, Message: known.message }))
    if (!(error instanceof S3Error)) throw error
  } finally {
    clearTimeout(patience)
    if (pulse !== null) clearInterval(pulse)
  }
}
