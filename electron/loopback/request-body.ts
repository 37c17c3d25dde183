import type { IncomingMessage } from 'node:http'

export type BodyReading =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'too-slow' }
  | { readonly kind: 'malformed' }
  /** The sender hung up; nobody waits for an answer. */
  | { readonly kind: 'cut' }

export interface BodyLimits {
  readonly maxBytes: number
  /** Aborted when the body has taken too long. */
  readonly signal?: AbortSignal
}

/** Reads at most `maxBytes`; what comes after is never taken in. */
export async function readJson(
  request: IncomingMessage,
  { maxBytes, signal }: BodyLimits,
): Promise<BodyReading> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return { kind: 'too-large' }
  const tooSlow = new Promise<BodyReading>((resolve) => {
    signal?.addEventListener('abort', () => resolve({ kind: 'too-slow' }), { once: true })
  })
  return Promise.race([readBody(request, maxBytes), tooSlow])
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyReading> {
  const chunks: Buffer[] = []
  let byteLength = 0
  try {
    for await (const chunk of bodyChunks(request)) {
      byteLength += chunk.byteLength
      if (byteLength > maxBytes) return { kind: 'too-large' }
      chunks.push(chunk)
    }
  } catch {
    return { kind: 'cut' }
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
    return { kind: 'json', value: JSON.parse(text) }
  } catch {
    return { kind: 'malformed' }
  }
}

/** Leaves the connection open when the reading stops early, so that the refusal can be sent. */
function bodyChunks(request: IncomingMessage): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) }
}
