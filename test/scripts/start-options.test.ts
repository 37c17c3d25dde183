import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseStart } from '../../scripts/start-options.ts'

describe('the start options', () => {
  it('without any look for Electron, take the usual port and open the browser', () => {
    const parsed = parseStart([])

    expect(parsed).toEqual({
      kind: 'start',
      options: { window: 'any', port: null, opensBrowser: true, dataFolder: null },
    })
  })

  it('are read in every combination that makes sense', () => {
    const parsed = parseStart(['--browser', '--port', '0', '--no-open', '--data-dir', 'some/where'])

    expect(parsed).toEqual({
      kind: 'start',
      options: {
        window: 'browser',
        port: 0,
        opensBrowser: false,
        dataFolder: resolve('some/where'),
      },
    })
  })

  it('ask for a new address of the Ferry that runs', () => {
    const parsed = parseStart(['--new-address', '--no-open'])

    expect(parsed).toEqual({
      kind: 'new-address',
      options: { window: 'any', port: null, opensBrowser: false, dataFolder: null },
    })
  })

  it.each([
    [['--fast'], '--fast'],
    [['-x'], '-x'],
    [['folder'], 'folder'],
    [['--port'], '--port'],
    [['--port', 'abc'], '"abc"'],
    [['--port', '65536'], '"65536"'],
    [['--port=-1'], '"-1"'],
    [['--port', '80.5'], '"80.5"'],
    [['--port='], '--port'],
    [['--data-dir', ''], '--data-dir'],
    [['--browser=yes'], '--browser'],
    [['--browser', '--desktop'], '--browser and --desktop'],
  ])('refuse %j in one sentence that names it', (args, named) => {
    const parsed = parseStart(args)

    expect(parsed).toEqual({ kind: 'refused', sentence: expect.stringContaining(named) })
    expect(JSON.stringify(parsed)).not.toContain('\\n')
  })

  it('explain themselves', () => {
    const parsed = parseStart(['--help'])

    expect(parsed).toEqual({ kind: 'help' })
  })
})
