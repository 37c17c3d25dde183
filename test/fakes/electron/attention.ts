import { EventEmitter } from 'node:events'
import type { MenuItemConstructorOptions, NotificationConstructorOptions } from 'electron'

/** docs/api/notification.md: it appears when `show` is called, and then emits the user's action. */
export class FakeNotification extends EventEmitter {
  static readonly shown: FakeNotification[] = []
  static hasSupport = true
  /**
   * If set, the system refuses to show notifications and reports this error (macOS and Windows).
   */
  static failure: string | null = null
  readonly options: NotificationConstructorOptions
  isClosed = false

  constructor(options: NotificationConstructorOptions = {}) {
    super()
    this.options = options
  }

  static isSupported(): boolean {
    return FakeNotification.hasSupport
  }

  static reset(): void {
    FakeNotification.shown.length = 0
    FakeNotification.hasSupport = true
    FakeNotification.failure = null
  }

  show(): void {
    if (FakeNotification.failure !== null) {
      this.emit('failed', {}, FakeNotification.failure)
      return
    }
    FakeNotification.shown.push(this)
    this.emit('show', {})
  }

  close(): void {
    this.isClosed = true
    this.emit('close', {})
  }

  /** The user clicks it. */
  click(): void {
    this.emit('click', {})
  }

  /** The user clicks one of its buttons. */
  act(actionIndex: number): void {
    this.emit('action', { actionIndex, selectionIndex: -1 }, actionIndex)
  }
}

/** docs/api/tray.md. */
export class FakeTray extends EventEmitter {
  static readonly all: FakeTray[] = []
  /** If set, the system has no tray. */
  static failure: Error | null = null
  readonly icon: unknown
  menu: MenuItemConstructorOptions[] = []
  toolTip = ''
  isGone = false

  constructor(icon: unknown) {
    super()
    if (FakeTray.failure !== null) throw FakeTray.failure
    this.icon = icon
    FakeTray.all.push(this)
  }

  /** The tray icons that the user sees. */
  static shown(): FakeTray[] {
    return FakeTray.all.filter((tray) => !tray.isGone)
  }

  static reset(): void {
    FakeTray.all.length = 0
    FakeTray.failure = null
  }

  setContextMenu(menu: MenuItemConstructorOptions[]): void {
    this.menu = menu
  }

  setToolTip(text: string): void {
    this.toolTip = text
  }

  destroy(): void {
    this.isGone = true
  }

  isDestroyed(): boolean {
    return this.isGone
  }
}

/** docs/api/native-image.md; an image is represented by its source. */
export const nativeImage = {
  createFromDataURL: (dataUrl: string) => new FakeImage({ dataUrl }),
  createFromBitmap: (bitmap: Buffer, options: object) => new FakeImage({ bitmap, ...options }),
}

class FakeImage {
  readonly representations: object[]

  constructor(first: object) {
    this.representations = [first]
  }

  addRepresentation(representation: object): void {
    this.representations.push(representation)
  }
}
