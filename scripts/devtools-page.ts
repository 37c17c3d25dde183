import { setTimeout as pause } from 'node:timers/promises'

const ASK_EVERY_MS = 250

interface Target {
  readonly type: string
  readonly webSocketDebuggerUrl?: string
}

/** A page of a running Chromium, spoken to over its DevTools port. */
export interface DevToolsPage {
  /** The value of an expression in the page; a promise is waited for. */
  readonly evaluate: (expression: string) => Promise<unknown>
  /** As often as needed until the value is neither false, nor null, nor empty. */
  readonly until: (what: string, expression: string) => Promise<unknown>
  /** Gives files to the input that the selector finds. */
  readonly chooseFiles: (selector: string, paths: readonly string[]) => Promise<void>
  readonly close: () => void
}

interface Answer {
  readonly id: number
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
}

/**
 * Waits for the first page of the program that listens at the port. Playwright is of no use here: its
 * `_electron` needs `--inspect`, which the fuses of a release switch off. `--remote-debugging-port` is
 * Chromium's own and no fuse's: shell/browser/electron_browser_main_parts.cc.
 */
export async function openDevToolsPage(port: number, signal: AbortSignal): Promise<DevToolsPage> {
  const url = await firstPage(port, signal)
  const send = await connect(url)
  const evaluate = async (expression: string) => {
    const { result, exceptionDetails } = await send.call('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails !== undefined) throw new Error(`The page threw in: ${expression}`)
    return (result as { readonly value?: unknown }).value
  }
  const until = (what: string, expression: string) =>
    untilTruthy(what, () => evaluate(expression), signal)
  const chooseFiles = async (selector: string, files: readonly string[]) => {
    const { root } = await send.call('DOM.getDocument', {})
    const { nodeId } = await send.call('DOM.querySelector', {
      nodeId: (root as { readonly nodeId: number }).nodeId,
      selector,
    })
    await send.call('DOM.setFileInputFiles', { nodeId, files })
  }
  return { evaluate, until, chooseFiles, close: send.close }
}

/** Chromium refuses a question that meets the page between two documents, as when it loads. */
export class PageNotReady extends Error {}

const NOT_READY = /execution context|context with specified id|target navigated/i

/**
 * @param what the words for an error when it takes too long.
 * @throws what `ask` throws, but for `PageNotReady`.
 */
export async function untilTruthy(
  what: string,
  ask: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<unknown> {
  for (;;) {
    const value = await ask().catch((error: unknown) => {
      if (error instanceof PageNotReady) return null
      throw error
    })
    if (value) return value
    if (signal.aborted) throw new Error(`It took too long: ${what}`)
    await pause(ASK_EVERY_MS)
  }
}

async function firstPage(port: number, signal: AbortSignal): Promise<string> {
  for (;;) {
    const page = (await targets(port)).find(({ type }) => type === 'page')
    if (page?.webSocketDebuggerUrl !== undefined) return page.webSocketDebuggerUrl
    if (signal.aborted) throw new Error('It took too long: a window')
    await pause(ASK_EVERY_MS)
  }
}

async function targets(port: number): Promise<readonly Target[]> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/json/list`)
    return (await answer.json()) as readonly Target[]
  } catch {
    // Nobody listens yet.
    return []
  }
}

function refusalOf(message: string): Error {
  return NOT_READY.test(message) ? new PageNotReady(message) : new Error(message)
}

async function connect(url: string) {
  const socket = new WebSocket(url)
  const opened = Promise.withResolvers<void>()
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>()
  const gone = () => {
    const error = new Error('The page is gone')
    opened.reject(error)
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  socket.addEventListener('open', () => opened.resolve())
  socket.addEventListener('close', gone)
  socket.addEventListener('error', gone)
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as Answer
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) asked?.resolve(result ?? {})
    else asked?.reject(refusalOf(error.message))
  })
  await opened.promise
  let lastId = 0
  return {
    call(method: string, params: object): Promise<Record<string, unknown>> {
      lastId += 1
      const asked = Promise.withResolvers<Record<string, unknown>>()
      waiting.set(lastId, asked)
      socket.send(JSON.stringify({ id: lastId, method, params }))
      return asked.promise
    },
    close: () => socket.close(),
  }
}
