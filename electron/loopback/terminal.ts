import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { type Confirm, confirmationWords } from '../core/credentials/confirmation.ts'

/** The terminal in which the browser host was started, if any. */
export interface Terminal {
  /** False in a service, in a pipe, and for a background job. */
  readonly canAsk: boolean
  /**
   * Asks one question at a time. Resolves to false for any answer but yes, after a timeout, and
   * when Ferry closes.
   */
  readonly ask: (question: string) => Promise<boolean>
  /**
   * Calls the listener for lines that answer no question, and returns a function that removes it.
   */
  readonly onLine: (listener: (line: string) => void) => () => void
  readonly close: () => void
}

type Input = Readable & { readonly isTTY?: boolean }
type Output = Writable & { readonly isTTY?: boolean }

interface TerminalOptions {
  readonly patienceMs?: number
  readonly isInForeground?: () => boolean
}

const ANSWER_WITHIN_MS = 5 * 60_000
/** A page that asks for more at once is no user's. */
const MAX_WAITING = 8
const ENDED = 'Ferry cannot ask here any more and allows nothing new until it is restarted.\n'

/**
 * Reads nothing unless input and output are a terminal: piped data is not meant for Ferry and is no
 * answer of the user.
 */
export function openTerminal(
  input: Input = process.stdin,
  output: Output = process.stdout,
  { patienceMs = ANSWER_WITHIN_MS, isInForeground = isForegroundJob }: TerminalOptions = {},
): Terminal {
  const isTerminal = input.isTTY === true && output.isTTY === true && isInForeground()
  return isTerminal ? new OpenTerminal(input, output, patienceMs) : NO_TERMINAL
}

const NO_TERMINAL: Terminal = {
  canAsk: false,
  ask: async () => false,
  onLine: () => () => undefined,
  close: () => undefined,
}

class OpenTerminal implements Terminal {
  /** Stays true when the input has ended, which must not allow what could be refused before. */
  readonly canAsk = true
  #hasEnded = false
  #isClosing = false
  readonly #output: Output
  readonly #patienceMs: number
  readonly #lines: ReturnType<typeof createInterface>
  readonly #listeners = new Set<(line: string) => void>()
  #answer: ((line: string | null) => void) | null = null
  #last: Promise<unknown> = Promise.resolve()
  #waitingCount = 0

  constructor(input: Input, output: Output, patienceMs: number) {
    this.#output = output
    this.#patienceMs = patienceMs
    // `terminal: false`, because readline would otherwise switch to raw mode and handle Ctrl+C
    // itself (nodejs.org/api/readline.html, event 'SIGINT').
    this.#lines = createInterface({ input, terminal: false })
    this.#lines.on('line', (line) => this.#hear(line))
    this.#lines.on('close', () => {
      this.#hasEnded = true
      this.#answer?.(null)
      if (!this.#isClosing) output.write(ENDED)
    })
  }

  ask = (question: string): Promise<boolean> => {
    if (this.#waitingCount >= MAX_WAITING) return Promise.resolve(false)
    this.#waitingCount += 1
    const asked = this.#last
      .then(() => this.#askNow(question))
      .finally(() => {
        this.#waitingCount -= 1
      })
    this.#last = asked
    return asked
  }

  onLine = (listener: (line: string) => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  close = () => {
    this.#isClosing = true
    this.#lines.close()
  }

  async #askNow(question: string): Promise<boolean> {
    if (this.#hasEnded) return false
    this.#output.write(`\n${printable(question)} [y/N] `)
    const line = await this.#nextLine()
    this.#answer = null
    if (line === null) this.#output.write('\n')
    const isYes = /^\s*y(es)?\s*$/i.test(line ?? '')
    this.#output.write(isYes ? 'Allowed.\n' : 'Not allowed.\n')
    return isYes
  }

  /** Null when no line came. */
  #nextLine(): Promise<string | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), this.#patienceMs)
      timer.unref()
      this.#answer = (line) => {
        clearTimeout(timer)
        resolve(line)
      }
    })
  }

  #hear(line: string): void {
    if (this.#answer !== null) this.#answer(line)
    else for (const listener of this.#listeners) listener(line)
  }
}

/** Removes escape sequences, which could repaint the question. */
function printable(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, '')
}

/**
 * The system stops a background job that reads from its terminal (SIGTTIN:
 * man7.org/linux/man-pages/man3/termios.3.html). Linux tells which job is in the foreground:
 * man7.org/linux/man-pages/man5/proc_pid_stat.5.html, `pgrp` and `tpgid`.
 */
function isForegroundJob(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8')
    // The second field is the program's name, which may contain anything.
    const [, , group, , , front] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return group === front
  } catch {
    // Not Linux.
    return true
  }
}

/** Asks in the terminal, which the page cannot reach. */
export function confirmOnTerminal(terminal: Terminal): Confirm {
  return async (confirmation) => {
    if (!terminal.canAsk) return 'cannot-ask'
    const { question, details } = confirmationWords(confirmation)
    const isAllowed = await terminal.ask([...details, question].join('\n'))
    return isAllowed ? 'confirmed' : 'refused'
  }
}
