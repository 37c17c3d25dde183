import { describe, expect, it } from 'vitest'
import { obtainStore } from './obtain-store.ts'

const silent = () => undefined

describe('the store for these tests', () => {
  it('is the one that the environment names; none is started', async () => {
    const env = {
      FERRY_STORE_ENDPOINT: 'https://s3.example.com',
      FERRY_STORE_REGION: 'eu-1',
      FERRY_STORE_ACCESS_KEY_ID: 'AKIA',
      FERRY_STORE_SECRET_ACCESS_KEY: 'very secret',
      FERRY_STORE_BUCKET: 'mine',
    }

    const obtained = await obtainStore(env, false, silent)

    expect(obtained).toMatchObject({
      state: 'ready',
      store: { access: { kind: 'other', region: 'eu-1', bucket: 'mine' } },
    })
    expect(obtained).not.toMatchObject({
      store: { description: expect.stringContaining('secret') },
    })
  })

  it('is refused when the environment names it only partly', async () => {
    const env = { FERRY_STORE_ENDPOINT: 'https://s3.example.com', FERRY_STORE_REGION: 'eu-1' }

    expect(await obtainStore(env, false, silent)).toEqual({
      state: 'refused',
      sentence:
        'A store is named but for FERRY_STORE_ACCESS_KEY_ID, FERRY_STORE_SECRET_ACCESS_KEY.',
    })
  })

  it('is refused without the needed programs, with a sentence that says how to go on', async () => {
    const obtained = await obtainStore({ PATH: '/nonexistent' }, false, silent)

    expect(obtained).toMatchObject({
      state: 'refused',
      sentence: expect.stringMatching(/^ceph-mon, .*radosgw.* not installed.*FERRY_STORE_ENDPOINT/),
    })
  })
})
