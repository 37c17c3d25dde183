import { fieldsOfSettings } from './fields-of-settings.ts'
import type { Pasted } from './pasted.ts'

const COMMAND =
  /^(?:\$\s*)?mc(?:\.exe)?\s+(?:alias\s+set|config\s+host\s+add)\s+(?:-\S+\s+)*(?<rest>[\s\S]+)$/

/** `mc alias set NAME URL KEY SECRET`. */
export function parseMinioCommand(text: string): Pasted | null {
  const rest = COMMAND.exec(text)?.groups?.rest
  if (rest === undefined) return null
  const words = (rest.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) =>
    word.replace(/^(["'])(.*)\1$/, '$2'),
  )
  const [name = '', url = '', accessKey = '', secretKey = ''] = words.filter(
    (word) => !/^(?:--.*|\\)$/.test(word),
  )
  const fields = fieldsOfSettings([
    ['url', url],
    ['accessKey', accessKey],
    ['secretKey', secretKey],
  ])
  if (fields?.endpoint === undefined && fields?.provider === undefined) return null
  return { what: 'settings', fields: { name, ...fields }, unsupported: null }
}
