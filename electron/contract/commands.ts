import type * as z from 'zod/mini'
import { checkCommands } from './commands/checks.ts'
import { credentialCommands } from './commands/credentials.ts'
import { destinationCommands } from './commands/destinations.ts'
import { hostCommands } from './commands/host.ts'
import { linkCommands } from './commands/links.ts'
import { sourceCommands } from './commands/sources.ts'
import { uploadCommands } from './commands/uploads.ts'

/** Every request the page may make of the host. A channel that is not a row here does not exist. */
export const commands = {
  ...hostCommands,
  ...destinationCommands,
  ...credentialCommands,
  ...checkCommands,
  ...sourceCommands,
  ...uploadCommands,
  ...linkCommands,
} as const

type Commands = typeof commands
export type CommandName = keyof Commands
/** The input of a handler, exactly as the page sends it: the schemas transform nothing. */
export type CommandInput<N extends CommandName> = z.infer<Commands[N]['input']>
export type CommandOutput<N extends CommandName> = z.infer<Commands[N]['output']>
