import fc, { type Arbitrary } from 'fast-check'
import * as z from 'zod/mini'
import { type CommandName, commands } from '../../../electron/contract/commands.ts'

/** The parts of JSON Schema that zod generates for a command's input. */
interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null'
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly prefixItems?: readonly Schema[]
  readonly minItems?: number
  readonly maxItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly format?: string
  readonly maxLength?: number
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
}

/** Texts for a field of that name; the schema's own pattern takes precedence. */
export type TextFor = (field: string) => Arbitrary<string>

/** Valid inputs of a command, derived from its schema, so that a new command is included. */
export function inputsOf(name: CommandName, textFor: TextFor): Arbitrary<unknown> {
  const root = z.toJSONSchema(commands[name].input, {
    io: 'input',
    unrepresentable: 'any',
  }) as Schema
  return valuesOf(root, '', { textFor, root })
}

interface Walk {
  readonly textFor: TextFor
  readonly root: Schema
}

const MAX_ITEMS = 3

function valuesOf(schema: Schema, field: string, walk: Walk): Arbitrary<unknown> {
  const named = schema.$ref === undefined ? schema : referenced(schema.$ref, walk.root)
  if (named !== schema) return valuesOf(named, field, walk)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return fc.oneof(...choices.map((each) => valuesOf(each, field, walk)))
  switch (schema.type) {
    case 'object':
      return objectsOf(schema, walk)
    case 'array':
      return arraysOf(schema, field, walk)
    case 'string':
      return textsOf(schema, field, walk)
    case 'integer':
      return integersOf(schema)
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      // The JSON Schema contains no type.
      return fc.jsonValue()
  }
}

function objectsOf({ properties = {}, required = [] }: Schema, walk: Walk): Arbitrary<unknown> {
  const fields: Record<string, Arbitrary<unknown>> = {}
  for (const [name, each] of Object.entries(properties)) fields[name] = valuesOf(each, name, walk)
  return fc.record(fields, { requiredKeys: [...required] })
}

function arraysOf(schema: Schema, field: string, walk: Walk): Arbitrary<unknown> {
  if (schema.prefixItems !== undefined) {
    return fc.tuple(...schema.prefixItems.map((each) => valuesOf(each, field, walk)))
  }
  const { minItems = 0, maxItems = MAX_ITEMS } = schema
  return fc.array(valuesOf(schema.items ?? {}, field, walk), {
    minLength: minItems,
    maxLength: Math.max(minItems, Math.min(maxItems, MAX_ITEMS)),
  })
}

function textsOf({ format, pattern }: Schema, field: string, walk: Walk): Arbitrary<string> {
  if (format === 'uuid')
    return fc.oneof(
      { weight: 4, arbitrary: walk.textFor(field) },
      { weight: 1, arbitrary: fc.uuid() },
    )
  return pattern === undefined ? walk.textFor(field) : fc.stringMatching(new RegExp(pattern))
}

function integersOf({ minimum = -1e9, maximum = 1e9 }: Schema): Arbitrary<number> {
  const small = Math.min(maximum, Math.max(minimum, 0) + 10)
  return fc.oneof(
    fc.constantFrom(minimum, maximum),
    fc.integer({ min: minimum, max: small }),
    fc.integer({ min: minimum, max: maximum }),
  )
}

function referenced(path: string, root: Schema): Schema {
  if (path === '#') return root
  const found = root.$defs?.[path.replace('#/$defs/', '')]
  if (found === undefined) throw new Error(`No ${path} in the schema`)
  return found
}
