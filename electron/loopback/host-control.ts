import { randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import * as z from 'zod/mini'
import { removeFile, replaceFile } from '../files/replace-file.ts'
import type { PageOrigin } from './request-guard.ts'

/** An address that opens one session within five minutes. */
export const PageAddress = z.strictObject({
  url: z.string(),
  /** A file that the browser opens instead of the address and that leads there. */
  openPage: z.string(),
})
export type PageAddress = z.infer<typeof PageAddress>

/** Only this user's programs can read the file. */
const ControlFile = z.strictObject({ port: z.int(), host: z.string(), secret: z.string() })

const FILE_NAME = 'control.json'
export const CONTROL_PATH = '/control/new-address'
const CONTROL_HEADER = 'x-ferry-control'
const REPLY_WITHIN_MS = 5_000

/**
 * Lets other programs of this user ask the running host for a new address, with a secret from a
 * file in the data folder. A page cannot: it does not know the secret, and browsers mark the
 * requests of pages.
 */
export interface HostControl {
  /** Answers the request and returns true if it carries the secret. */
  readonly answer: (
    request: IncomingMessage,
    response: ServerResponse,
    newAddress: () => PageAddress,
  ) => boolean
  readonly announce: (dataFolder: string, port: number, page: PageOrigin) => Promise<void>
  readonly close: (dataFolder: string) => Promise<void>
}

export function createHostControl(): HostControl {
  const secret = randomBytes(32).toString('base64url')
  return {
    answer: ({ method, headers }, response, newAddress) => {
      const isFromBrowser = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined
      if (method !== 'POST' || isFromBrowser || !isSame(headers[CONTROL_HEADER], secret)) {
        return false
      }
      response
        .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(JSON.stringify(newAddress()))
      return true
    },
    announce: (dataFolder, port, { host }) =>
      replaceFile(join(dataFolder, FILE_NAME), JSON.stringify({ port, host, secret })),
    close: (dataFolder) => removeFile(join(dataFolder, FILE_NAME)),
  }
}

/** Asks the host that uses this data folder. Null when none is running or it does not respond. */
export async function askForNewAddress(dataFolder: string): Promise<PageAddress | null> {
  const control = readControlFile(join(dataFolder, FILE_NAME))
  if (control === null) return null
  const { port, host, secret } = control
  const { promise, resolve } = Promise.withResolvers<PageAddress | null>()
  const asking = request({
    ...{ host: '127.0.0.1', port, path: CONTROL_PATH, method: 'POST', agent: false },
    headers: { host, [CONTROL_HEADER]: secret, 'content-length': 0 },
    signal: AbortSignal.timeout(REPLY_WITHIN_MS),
  })
  asking.once('error', () => resolve(null))
  asking.once('response', (response) => {
    const isAnswer = response.statusCode === 200
    const read = isAnswer ? json(response).then((value) => PageAddress.parse(value)) : null
    Promise.resolve(read).then(resolve, () => resolve(null))
  })
  asking.end()
  return promise
}

function readControlFile(file: string): z.infer<typeof ControlFile> | null {
  try {
    return ControlFile.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // No host is running, or an older version of it.
    return null
  }
}

function isSame(offered: string | string[] | undefined, secret: string): boolean {
  if (typeof offered !== 'string') return false
  const [left, right] = [Buffer.from(offered), Buffer.from(secret)]
  return left.length === right.length && timingSafeEqual(left, right)
}
