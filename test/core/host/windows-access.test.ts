import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { narrowToUser } from '../../../electron/core/host/windows-access.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'

const USER = 'S-1-5-21-1004336348-1177238915-682003330-1001'
/** A folder below a drive's root: Authenticated Users may change its contents. */
const OPEN =
  'D:AI(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)(A;OICIID;0x1301bf;;;AU)(A;OICIID;0x1200a9;;;BU)'
const narrow = (user = USER) => `D:PAI(A;OICI;FA;;;${user})(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)`
const ENVIRONMENT = { SystemRoot: 'C:\\WINDOWS', USERPROFILE: 'C:\\Users\\me' }

interface Computer {
  list: string
  readonly user?: string
  /** The folder's list after a change; absent: the one that icacls was told to set. */
  readonly after?: string
  readonly fails?: RegExp
  readonly encoding?: 'utf16le' | 'utf8'
}

/** The three programs as they answer on a German Windows. */
function windows(computer: Computer) {
  const calls: string[] = []
  const { user = USER, encoding = 'utf16le' } = computer
  const run = async (program: string, args: readonly string[]) => {
    calls.push([program, ...args].join(' '))
    if (computer.fails?.test(calls.at(-1) ?? '') === true) throw new Error('exit code 5')
    if (program === 'C:\\WINDOWS\\System32\\whoami.exe') return `"büro\\jörg","${user}"\r\n`
    const at = args.indexOf('/save')
    if (at > 0) writeFileSync(args[at + 1] ?? '', `Ferry\r\n${computer.list}\r\n`, encoding)
    if (args.includes('/grant:r')) computer.list = computer.after ?? narrow(user)
    return 'Verarbeitete Dateien: 1'
  }
  const changes = () => calls.filter((call) => call.includes('/grant:r'))
  return { deps: { environment: ENVIRONMENT, run }, calls, changes }
}

function someFolder(...names: readonly string[]): string {
  const { folder, remove } = temporaryFolder()
  onTestFinished(remove)
  for (const name of names) writeFileSync(join(folder, name), '')
  return folder
}

it('takes a new folder from everyone except the user, the system and administrators', async () => {
  const folder = someFolder()
  const { deps, changes } = windows({ list: OPEN })

  const isNarrow = await narrowToUser(folder, deps)

  expect(isNarrow).toBe(true)
  expect(changes()).toEqual([
    `C:\\WINDOWS\\System32\\icacls.exe ${folder} /inheritance:r /grant:r *${USER}:(OI)(CI)F *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F /q`,
  ])
  expect(readdirSync(folder)).toEqual([])
})

it('changes nothing if the list is narrow already', async () => {
  const { deps, changes } = windows({ list: narrow(), encoding: 'utf8' })

  expect(await narrowToUser(someFolder('records.sqlite'), deps)).toBe(true)
  expect(changes()).toEqual([])
})

it('asks nothing about a folder in the profile', async () => {
  const { deps, calls } = windows({ list: OPEN })

  expect(await narrowToUser('c:\\users\\ME\\AppData\\Local\\Ferry', deps)).toBe(true)
  expect(calls).toEqual([])
})

it('recognizes the first administrator by SDDL’s short name', async () => {
  const user = USER.replace(/1001$/, '500')
  const { deps } = windows({ list: OPEN, user, after: narrow('LA') })

  expect(await narrowToUser(someFolder(), deps)).toBe(true)
})

it.each([
  ['the list stays as it was', { list: OPEN, after: OPEN }],
  ['it goes on to inherit', { list: OPEN, after: narrow().replace('PAI', 'AI') }],
  ['somebody else was given a right', { list: OPEN, after: `${narrow()}(A;OICI;FR;;;WD)` }],
  [
    'an entry is of a kind that proves nothing',
    { list: OPEN, after: `${narrow()}(XA;;FX;;;S-1-1-0)` },
  ],
  ['another user is the administrator', { list: OPEN, after: narrow('LA') }],
  ['the disk keeps no lists', { list: '', after: '' }],
  ['the list may not be changed', { list: OPEN, fails: /grant/ }],
  ['the list may not be read', { list: OPEN, fails: /save/ }],
  ['nobody says who the user is', { list: OPEN, fails: /whoami/ }],
  ['the user has no SID', { list: OPEN, user: 'unknown' }],
] as const)('claims nothing where %s', async (_why, computer) => {
  const { deps } = windows({ ...computer })

  expect(await narrowToUser(someFolder(), deps)).toBe(false)
})

it('does not change a folder with other things in it', async () => {
  const folder = someFolder('holiday.jpg')
  mkdirSync(join(folder, 'letters'))
  const { deps, changes } = windows({ list: OPEN })

  expect(await narrowToUser(folder, deps)).toBe(false)
  expect(changes()).toEqual([])
})

it('narrows the folder of an older version of Ferry', async () => {
  const { deps, changes } = windows({ list: OPEN })

  expect(await narrowToUser(someFolder('settings.json', 'logs.txt'), deps)).toBe(true)
  expect(changes()).toHaveLength(1)
})
