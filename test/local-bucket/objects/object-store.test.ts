import { readdir, readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type TemporaryStores, temporaryStores } from '../stores.ts'

let stores: TemporaryStores
beforeEach(async () => {
  stores = await temporaryStores()
})
afterEach(() => stores.discard())

async function put(key: string, text: string, alongside?: () => void) {
  const write = stores.objects.beginWrite(key, { ifMatch: null, ifNoneMatch: null })
  const object = {
    key,
    finishedFile: await stores.finishedFile(text),
    byteLength: text.length,
    etag: text,
    headers: {},
    checksum: null,
    partBytes: [],
  }
  return stores.objects.put(write, object, alongside)
}

const fail = () => {
  throw new Error('the index cannot be written')
}

it('leaves neither file nor row of a new object when the index refuses it', async () => {
  await expect(put('folder/new', 'text', fail)).rejects.toThrow('cannot be written')

  expect(stores.objects.table.latest('folder/new')).toBeNull()
  expect(await readdir(stores.files.folder)).toEqual([])
})

it("restores the older version's name when the index refuses the newer one", async () => {
  stores.settings.setVersioning('Enabled')
  const first = await put('kept', 'first')

  await expect(put('kept', 'second', fail)).rejects.toThrow('cannot be written')

  expect(stores.objects.table.latest('kept')).toEqual(first)
  expect(await readFile(stores.files.absolute('objects/kept'), 'utf8')).toBe('first')
})
