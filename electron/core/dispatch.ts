import { randomUUID } from 'node:crypto'
import { type CommandName, commands } from '../contract/commands.ts'
import type { CommandHandlers } from '../contract/ferry-bridge.ts'
import { failed, type Outcome } from '../contract/outcome.ts'
import type { Log } from './ports.ts'

/**
 * The page never sends an unknown command or malformed input, so such a message is an attack or a
 * bug: transports refuse it (HTTP 400, a rejected `invoke`) instead of answering a `Failure`.
 */
export class RefusedMessage extends Error {
  override readonly name = 'RefusedMessage'
}

/**
 * The entry point of both transports: table, schema and handler. The page never sees an exception's
 * text.
 */
export async function dispatch(
  handlers: CommandHandlers,
  log: Log,
  name: string,
  input: unknown,
): Promise<Outcome<unknown>> {
  if (!isCommandName(name)) throw new RefusedMessage('No such command')
  const parsed = commands[name].input.safeParse(input)
  // The log names only the path of the wrong field: values may be secrets.
  if (!parsed.success) {
    const paths = parsed.error.issues.map((issue) => issue.path.join('.')).slice(0, 5)
    log.warn({ command: name, paths }, 'Refused malformed input')
    throw new RefusedMessage(`Malformed input for ${name}`)
  }
  const handle = handlers[name] as (input: unknown) => Promise<Outcome<unknown>>
  try {
    const outcome = await handle(parsed.data)
    return outcome.ok ? { ok: true, value: checkedOutput(name, outcome.value) } : outcome
  } catch (error) {
    return failed(bugFailure(log, error, name))
  }
}

/** Logs a bug under a reference number; the page gets only the number. */
export function bugFailure(log: Log, error: unknown, where: string) {
  const reference = randomUUID().slice(0, 8)
  log.error({ reference, where, error: withoutQueries(error) }, 'Unexpected error')
  return { kind: 'internal', reference } as const
}

function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commands, name)
}

/**
 * Output is ours, so a mismatch is a bug and throws; strict objects keep extra fields from the
 * page.
 */
function checkedOutput(name: CommandName, value: unknown): unknown {
  return commands[name].output.parse(value)
}

/** A stack can quote a presigned URL; its query is the secret. */
function withoutQueries(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return text.replaceAll(/\?[^\s'")]*/g, '?…')
}
