import type { UploadEvent } from './machine/events.ts'
import type { Upload } from './upload.ts'

export type PostedEvent = readonly [Upload, UploadEvent]

/** Holds events until the event loop takes them. Code that posts events need not know the loop. */
export class EventInbox {
  readonly #events: PostedEvent[] = []
  #at = 0
  #listener: (() => void) | null = null

  /** `listener` is called after every post and takes the events out. */
  listen(listener: () => void): void {
    this.#listener = listener
  }

  post(upload: Upload, event: UploadEvent): void {
    this.postAll([[upload, event]])
  }

  /** All events are handled before anything new is admitted or sent. */
  postAll(events: Iterable<PostedEvent>): void {
    for (const event of events) this.#events.push(event)
    this.#listener?.()
  }

  /** Something can now be admitted or sent that could not be before. */
  wake(): void {
    this.postAll([])
  }

  /** Removes the oldest event from the inbox and returns it. */
  take(): PostedEvent | undefined {
    const event = this.#events[this.#at]
    this.#at += 1
    if (event !== undefined) return event
    this.#events.length = 0
    this.#at = 0
    return undefined
  }
}
