import * as z from 'zod/mini'
import { FolderFindings } from '../../electron/contract/commands/sources.ts'
import { Source } from '../../electron/contract/commands/uploads.ts'
import { type CommandName, commands } from '../../electron/contract/commands.ts'
import { Failure } from '../../electron/contract/failure/kinds.ts'
import {
  type CommandCalls,
  type FerryBridge,
  mapRows,
  type NoticeSubscriptions,
} from '../../electron/contract/ferry-bridge.ts'
import { notices } from '../../electron/contract/notices.ts'
import { failed, type Outcome } from '../../electron/contract/outcome.ts'

/** The bridge before its answers are checked. */
export interface RawBridge {
  readonly commands: { readonly [N in CommandName]: (input: unknown) => Promise<unknown> }
  readonly notices: {
    readonly [N in keyof typeof notices]: (listener: (payload: unknown) => void) => () => void
  }
  readonly registerSources: (files: readonly File[]) => Promise<unknown>
  readonly inspectFolders: (folders: readonly File[]) => Promise<unknown>
}

/** Accepts only answers and notices that match the contract. */
export function checkedBridge(raw: RawBridge): FerryBridge<File> {
  const calls = mapRows(commands, (name) => {
    const schema = outcomeOf(commands[name].output)
    return (input: unknown) => answerOf(name, schema, () => raw.commands[name](input))
  })
  const subscriptions = mapRows(notices, (name) => {
    const schema: z.ZodMiniType<unknown> = notices[name]
    return (listener: (payload: never) => void) =>
      raw.notices[name]((payload) => {
        const parsed = schema.safeParse(payload)
        if (!parsed.success) throw new TypeError(`The notice ${name} does not fit the contract`)
        // `mapRows` cannot express that each row's listener takes that row's payload.
        listener(parsed.data as never)
      })
  })
  return {
    commands: calls as CommandCalls,
    notices: subscriptions satisfies NoticeSubscriptions,
    registerSources: (files) =>
      answerOf('registerSources', SourceOutcomes, () => raw.registerSources(files)),
    inspectFolders: (folders) =>
      answerOf('inspectFolders', Findings, () => raw.inspectFolders(folders)),
  }
}

function outcomeOf<S extends z.core.SomeType>(value: S) {
  return z.discriminatedUnion('ok', [
    z.strictObject({ ok: z.literal(true), value }),
    z.strictObject({ ok: z.literal(false), failure: Failure }),
  ])
}

const Findings = outcomeOf(z.readonly(z.array(z.nullable(FolderFindings))))

const SourceOutcomes = outcomeOf(z.readonly(z.array(outcomeOf(Source))))

/**
 * A host that throws, or whose answer does not fit the contract, has a bug. The caller must not
 * wait forever, so it gets a failure. The text of the error or answer is not passed on.
 */
async function answerOf<T>(
  name: string,
  schema: z.ZodMiniType<Outcome<T>>,
  call: () => Promise<unknown>,
): Promise<Outcome<T>> {
  let answer: unknown
  try {
    answer = await call()
  } catch {
    return failed({ kind: 'internal', reference: `${name}: no answer` })
  }
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  return failed({ kind: 'internal', reference: `${name}: answer outside the contract` })
}
