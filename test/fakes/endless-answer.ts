import type { Answer } from './stub-store.ts'

/** The amount that an endless answer sent before it was stopped. */
export interface Spent {
  bytes: number
}

const PIECE_BYTES = 64 * 1024

/** Sends one text again and again, as fast as it is read, until the client disconnects. */
export function endless(
  status: number,
  start: string,
  again: string,
  spent: Spent = { bytes: 0 },
): Answer {
  const piece = Buffer.from(again.repeat(Math.ceil(PIECE_BYTES / again.length)))
  return (_request, response) => {
    let isOver = false
    response.on('close', () => {
      isOver = true
    })
    response.writeHead(status, { 'content-type': 'application/xml' })
    response.write(start)
    const more = () => {
      while (!isOver) {
        spent.bytes += piece.length
        if (!response.write(piece)) return
      }
    }
    response.on('drain', more)
    more()
  }
}

/** Sends an occasional byte, so that the connection is never silent. */
export function trickling(everyMs: number, text: string): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/xml' })
    const timer = setInterval(() => response.write(text), everyMs)
    response.on('close', () => clearInterval(timer))
  }
}
