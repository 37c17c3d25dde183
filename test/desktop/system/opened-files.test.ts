import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  argumentsFor,
  collectOpened,
  type Opening,
  openingIn,
  queueOpened,
  readOpening,
} from '../../../electron/desktop/system/opened-files.ts'
import { app, dialog, FakeWindow, resetElectron, standIn } from '../../fakes/electron.ts'

const HOME = resolve('/home/ada')
const NOTHING: Opening = { paths: [], isChoosing: false }

const read = (...argv: readonly string[]) =>
  readOpening({ argv: ['Ferry', ...argv], workingDirectory: HOME, isDefaultApp: false })

describe('the files on a command line', () => {
  it('are paths relative to the folder where Ferry was started', () => {
    expect(read('film.mov', join(HOME, 'b.txt')).paths).toEqual([
      join(HOME, 'film.mov'),
      join(HOME, 'b.txt'),
    ])
  })

  it('are file URLs, as Linux desktops pass them', () => {
    const url = pathToFileURL(join(HOME, 'ü b.txt')).href

    expect(read(url).paths).toEqual([join(HOME, 'ü b.txt')])
  })

  it.each(['https://example.com/x', 'ferry://x', 'file://other-computer/%', ''])(
    'are nothing else: %j',
    (argument) => {
      expect(read(argument).paths).toEqual([])
    },
  )

  it('may be mixed with switches of Ferry, Electron and Chromium', () => {
    const { paths } = read('--no-sandbox', 'a', '--data-dir', 'data', '--ozone-platform=x11', 'b')

    expect(paths).toEqual([join(HOME, 'a'), join(HOME, 'b')])
  })

  it('may look like switches after --', () => {
    expect(read('--', '--data-dir', '-x').paths).toEqual([
      join(HOME, '--data-dir'),
      join(HOME, '-x'),
    ])
  })

  it('do not include the folder of an app that runs from its sources', () => {
    const opening = readOpening({
      argv: ['electron', '.', 'film.mov'],
      workingDirectory: HOME,
      isDefaultApp: true,
    })

    expect(opening.paths).toEqual([join(HOME, 'film.mov')])
  })

  it('are chosen in a dialog when the jump list says so', () => {
    expect(read('--choose-files')).toEqual({ paths: [], isChoosing: true })
  })

  it('are passed to the start that replaces this one', () => {
    const opening = { paths: [join(HOME, '-odd'), join(HOME, 'b')], isChoosing: true }

    const argv = argumentsFor(join(HOME, 'data'), opening)

    expect(argv[0]).toBe(`--data-dir=${join(HOME, 'data')}`)
    expect(read(...argv)).toEqual(opening)
    expect(argumentsFor(null, NOTHING)).toEqual([])
  })

  it('from another process are validated', () => {
    expect(openingIn({ paths: ['/a'], isChoosing: false })).toEqual({
      paths: ['/a'],
      isChoosing: false,
    })
    expect(openingIn({ paths: [1] })).toEqual(NOTHING)
    expect(openingIn(null)).toEqual(NOTHING)
  })
})

describe('what the system opens with the app', () => {
  let taken: Opening[]
  let canTake: boolean
  const listener = { canTake: () => canTake, take: (opening: Opening) => void taken.push(opening) }
  const openFile = (path: string) => {
    const preventDefault = vi.fn()
    app.emit('open-file', { preventDefault }, path)
    return preventDefault
  }
  const startAgain = (data: unknown) =>
    app.emit('second-instance', {}, ['Ferry', 'in', 'odd', 'order'], HOME, data)

  beforeEach(() => {
    resetElectron()
    taken = []
    canTake = true
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
  })

  it('waits for a listener', () => {
    const opened = collectOpened(standIn(app), { paths: ['/first'], isChoosing: false })
    const preventDefault = openFile('/early')
    vi.advanceTimersByTime(1000)

    opened.listen(listener)

    expect(preventDefault).toHaveBeenCalledOnce()
    expect(taken).toEqual([{ paths: ['/first', '/early'], isChoosing: false }])
  })

  it('is combined when it arrives at the same time', () => {
    collectOpened(standIn(app), NOTHING).listen(listener)
    for (const path of ['/a', '/b', '/c']) openFile(path)
    vi.advanceTimersByTime(50)
    openFile('/d')
    vi.advanceTimersByTime(50)

    expect(taken.map(({ paths }) => paths)).toEqual([['/a', '/b', '/c'], ['/d']])
  })

  it('includes what a second start passes on', () => {
    collectOpened(standIn(app), NOTHING).listen(listener)

    startAgain({ paths: ['/film.mov'], isChoosing: true })
    startAgain('rubbish')
    vi.advanceTimersByTime(50)

    expect(taken).toEqual([{ paths: ['/film.mov'], isChoosing: true }])
  })

  it('is kept for the next start while the app ends', () => {
    const opened = collectOpened(standIn(app), NOTHING)
    opened.listen(listener)
    canTake = false

    openFile('/late')
    vi.advanceTimersByTime(1000)

    expect(taken).toEqual([])
    expect(opened.rest().paths).toEqual(['/late'])
  })

  it('goes to the core and shows the window, except for the first time', () => {
    const window = new FakeWindow()
    const given: (readonly string[])[] = []
    queueOpened({
      core: { giveFiles: (paths) => void given.push(paths) },
      window: {
        current: () => standIn(window),
        show: () => window.show(),
        isEnding: () => false,
      },
      opened: collectOpened(standIn(app), { paths: ['/first'], isChoosing: false }),
    })
    const callsAtFirst = [...window.calls]

    openFile('/second')
    vi.advanceTimersByTime(50)

    expect(callsAtFirst).toEqual([])
    expect(window.calls).toEqual(['show'])
    expect(given).toEqual([['/first'], ['/second']])
  })

  it('is chosen in a dialog of the visible window', async () => {
    const window = new FakeWindow()
    const { promise, resolve: give } = Promise.withResolvers<readonly string[]>()
    dialog.chosen = ['/chosen']
    queueOpened({
      core: { giveFiles: (paths) => paths.length > 0 && give(paths) },
      window: { current: () => standIn(window), show: () => window.show(), isEnding: () => false },
      opened: collectOpened(standIn(app), { paths: [], isChoosing: true }),
    })
    expect(dialog.opened).toEqual([])

    window.show()

    expect(await promise).toEqual(['/chosen'])
    expect(dialog.opened).toMatchObject([{ properties: ['openFile', 'multiSelections'] }])
  })
})
