import { describe, it } from 'vitest'
import type { CheckLine } from '../../../../electron/contract/commands/checks.ts'
import { aWorld } from '../../../fakes/fake-world.ts'
import { expectAccessible } from '../../axe-scan.ts'
import { FAILURE_EXAMPLES } from '../../failures/failure-examples.ts'
import type { TestWindow } from '../../window.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()

async function openSheet(name: string, world = aWorld()): Promise<TestWindow> {
  const opened = await suite.open(world)
  await opened.button('More about Client files').press('Enter')
  await opened.page.getByRole('menuitem', { name }).click()
  await opened.page.getByRole('dialog').waitFor()
  return opened
}

const failure = (kind: 'tls-failed' | 'access-denied') =>
  ({ kind: 'failure', failure: FAILURE_EXAMPLES[kind] }) as const

const LINES: CheckLine[] = [
  { step: 'tls', verdict: 'failed', finding: failure('tls-failed'), fix: null },
  { step: 'get', verdict: 'unknown', finding: failure('access-denied'), fix: null },
  {
    step: 'unfinished-rule',
    verdict: 'warned',
    finding: { kind: 'unfinished-rule', days: null },
    fix: { kind: 'add-unfinished-rule', days: 7, keptCount: 0 },
  },
]

describe('assistive technology finds nothing wrong with', () => {
  it('a check with many findings, and how to trust an authority', async () => {
    const world = aWorld({ checkReport: { lines: LINES, notes: [] } })
    const { page } = await openSheet('Check connection', world)
    await page.getByText('How to trust your own authority').click()

    await expectAccessible(page)
  })

  it('the rules of a destination with errors', async () => {
    const { page, button } = await openSheet('Rules…')
    await button('Add a tag').click()
    await page.getByRole('textbox', { name: 'Part size' }).fill('1')
    await button('Save').click()
    await page.getByText('S3 accepts parts').waitFor()

    await expectAccessible(page)
  })

  it('the policies of a destination', async () => {
    const { page } = await openSheet('Policies…')
    await page.getByRole('tab', { name: 'Bucket policy' }).click()
    await page.getByRole('textbox', { name: 'Who' }).waitFor()

    await expectAccessible(page)
  })
})
