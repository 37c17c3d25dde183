import { afterEach, expect, it } from 'vitest'
import { succeeded } from '../../../electron/contract/outcome.ts'
import { aDraft } from '../../fakes/a-draft.ts'
import { CoreHarness } from '../../fakes/core-harness.ts'

let harness: CoreHarness

afterEach(() => harness.close())

it('is entered through the host, and may be requested again when the user acts', async () => {
  const calls: string[] = []
  harness = await CoreHarness.start({
    proxyPassword: {
      enter: async () => {
        calls.push('enter')
        return succeeded({})
      },
    },
    userActed: () => void calls.push('user acted'),
  })

  const entered = await harness.ask('enterProxyPassword', {})
  await harness.ask('listBuckets', { draft: aDraft({ endpoint: 'http://127.0.0.1:9' }) })

  expect(entered).toEqual({ ok: true, value: {} })
  expect(calls).toEqual(['enter', 'user acted'])
})

it('cannot be entered if the host uses no proxy', async () => {
  harness = await CoreHarness.start()

  const entered = await harness.ask('enterProxyPassword', {})

  expect(entered).toEqual({ ok: false, failure: { kind: 'wrong-state' } })
})

it('is not part of the settings that the page may export', async () => {
  harness = await CoreHarness.start()
  const entry = { username: 'ada', password: 'safe-storage:sealed' }
  harness.ports.settings.set('proxyPasswords', { 'proxy.office:3128 office': entry })

  const { text } = await harness.must('exportSettings', {})

  expect(text).not.toMatch(/proxy|ada|sealed/)
})
