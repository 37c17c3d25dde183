import { domainToUnicode } from 'node:url'
import fc from 'fast-check'
import { expect, onTestFinished, vi } from 'vitest'
import { type CommandName, commands } from '../../electron/contract/commands.ts'
import { endpointOf, PROVIDERS } from '../../electron/contract/providers/lookup.ts'
import { attack } from './attack.ts'
import { type FuzzCase, FuzzWorld } from './fuzz/fuzz-world.ts'
import { mutated, mutations } from './fuzz/hostile-values.ts'
import { NetworkGuard } from './fuzz/network-guard.ts'
import { inputsOf } from './fuzz/schema-inputs.ts'

/** Records the names that are resolved, since a DNS query leaves the computer, too. */
const { resolved } = vi.hoisted(() => ({ resolved: [] as string[] }))
vi.mock('node:dns/promises', () => ({
  lookup: async (host: string) => {
    resolved.push(host)
    throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
  },
}))

const IS_FULL = process.env.FERRY_ATTACKS === 'full'
/** The cases use up each world: they forget destinations and clear uploads. */
const WORLDS = IS_FULL ? 30 : 3
const CASES_PER_WORLD = 200
/** Many commands wait for a network that does not exist. */
const AT_ONCE = 8
const ANSWERS = ['confirmed', 'refused', 'cannot-ask'] as const
const NAMES = Object.keys(commands) as CommandName[]

/** A third of the inputs are invalid, the others are valid and hostile; all commands in turn. */
function casesFor(world: FuzzWorld, index: number): readonly FuzzCase[] {
  const rounds = Math.ceil(CASES_PER_WORLD / NAMES.length)
  const seed = (fc.readConfigureGlobal().seed ?? 0) + index
  const byName = NAMES.map((name) =>
    fc
      .sample(fc.tuple(inputsOf(name, world.textFor), fc.nat(2), mutations), {
        seed,
        numRuns: rounds,
      })
      .map(([input, chance, mutation]) => ({
        name,
        input: chance === 0 ? mutated(input, mutation) : input,
      })),
  )
  return Array.from({ length: rounds }, (_, round) => byName.map((cases) => cases[round]))
    .flat()
    .filter((each) => each !== undefined)
}

async function runAll(
  cases: readonly FuzzCase[],
  run: (each: FuzzCase) => Promise<void>,
): Promise<void> {
  const left = [...cases]
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await run(next)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

attack(
  'commands',
  'no command crashes, leaks a secret, writes outside its folder or connects to an address that was not entered',
  async ({ tried }) => {
    const unhandled: unknown[] = []
    const note = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', note)
    const network = new NetworkGuard()
    onTestFinished(() => {
      process.off('unhandledRejection', note)
      network.stop()
    })
    let typed = ''

    for (let index = 0; index < WORLDS; index += 1) {
      const world = await FuzzWorld.start(ANSWERS[index % ANSWERS.length])
      await runAll(casesFor(world, index), async (each) => {
        typed += textOf(each.input).normalize('NFC')
        const problem = await world.problemWith(each)
        tried(`${each.name} ${problem}: ${textOf(each.input).slice(0, 500)}`, problem === null)
      })
      for (const problem of await world.problems()) tried(problem, false)
      await world.close()
    }

    const unasked = [...network.hosts, ...resolved].filter((host) => !isPointedAt(host, typed))
    tried(`connected to ${unasked}`, unasked.length === 0)
    expect(unhandled).toEqual([])
  },
  { timeout: IS_FULL ? 1_200_000 : 60_000 },
)

attack('commands', 'an unknown command name is refused', async ({ tried }) => {
  const world = await FuzzWorld.start()
  onTestFinished(() => world.close())
  const names = [
    ...Object.getOwnPropertyNames(Object.prototype),
    ...NAMES.flatMap((name) => [`${name} `, name.toUpperCase(), `${name}\u0000`, `../${name}`]),
    '',
    'registerSources',
    'then',
  ]
  for (const name of names)
    tried(JSON.stringify(name), (await world.problemWith({ name, input: {} })) === null)
})

/**
 * A host that was part of an input, or that belongs to a provider, which the page names by its ID.
 */
function isPointedAt(host: string, typed: string): boolean {
  if (PROVIDER_DOMAINS.some((each) => host.endsWith(each))) return true
  // The bucket's name may precede the endpoint's, and names are sent in IDNA form.
  const isTyped = (label: string) =>
    typed.includes(label) || typed.includes(domainToUnicode(label).normalize('NFC'))
  return host.toLowerCase().split('.').every(isTyped)
}

const PROVIDER_DOMAINS = PROVIDERS.flatMap((provider) => {
  const endpoint = endpointOf(provider, 'eu-1')
  return endpoint === null ? [] : [`.${new URL(endpoint).hostname.split('.').slice(-2).join('.')}`]
})

function textOf(input: unknown): string {
  try {
    const text = JSON.stringify(input, (_, value) =>
      typeof value === 'bigint' ? `${value}` : value,
    )
    return (text ?? String(input)).toLowerCase()
  } catch {
    return 'no JSON'
  }
}
