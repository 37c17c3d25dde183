import { expect, it } from 'vitest'
import { architectureMistakes } from '../../scripts/check-architecture.ts'

const FOLDERS = ['electron/core', 'electron/core/host', 'renderer/engine', 'test']
const FILES = ['electron/core/host/log.ts', 'renderer/engine/ports.ts']
const TABLE = '| `electron/core` | `host/` starts it |\n| `renderer/engine` | pure |\n'

const mistakesIn = (text: string) => architectureMistakes(`${TABLE}${text}`, FOLDERS, FILES)

it('accepts a document that names only existing paths', () => {
  expect(
    mistakesIn('See `host/log.ts`, `renderer/engine/`, `to-delete.json` and `logs/`.'),
  ).toEqual([])
})

it.each([
  ['a file', '`core/store/client.ts`', 'There is no core/store/client.ts.'],
  ['a folder', '`renderer/adapters/`', 'There is no renderer/adapters/.'],
  ['a folder of the table', '| `electron/store` | S3 |', 'There is no folder electron/store.'],
  ['a file in another folder than its row', '| `test` | `log.ts` |', 'There is no log.ts in test.'],
])('reports %s that does not exist', (_, text, mistake) => {
  expect(mistakesIn(text)).toEqual([mistake])
})

it('reports a folder without a row', () => {
  expect(architectureMistakes(TABLE, [...FOLDERS, 'renderer/design'], FILES)).toEqual([
    'The table has no row for renderer/design.',
  ])
})
