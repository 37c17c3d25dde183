import { beforeEach, describe, expect, it } from 'vitest'
import { PartAccount } from './account.ts'
import type { Sent } from './upload-account.ts'

const TAKEN = 200
const KEY = 'film.bin'

/** A request that the test ends. */
interface Travelling extends Sent {
  bodyBytes: number
  status: number | null
  isAnswered: boolean
}

let nowMs: number
let account: PartAccount

beforeEach(() => {
  nowMs = 0
  account = new PartAccount()
})

function begin(partNumber: number, { isSpoilt = false } = {}): Travelling {
  nowMs += 100
  const sent = { atMs: nowMs, bodyBytes: 0, status: null, isAnswered: false }
  account.begin(KEY, partNumber, sent, isSpoilt)
  return sent
}

function end(sent: Travelling, bodyBytes: number, status: number | null): void {
  Object.assign(sent, { bodyBytes, status, isAnswered: status !== null })
}

describe('a part that is sent again', () => {
  it('is waste when the store had acknowledged it', () => {
    end(begin(3), 16, TAKEN)

    begin(3)

    expect(account.waste()).toEqual([{ key: KEY, partNumber: 3, bytes: 16, status: TAKEN }])
  })

  it('is waste when it was aborted for no reason', () => {
    end(begin(3), 7, null)

    begin(3)

    expect(account.waste()).toMatchObject([{ bytes: 7, status: null }])
  })

  it('is waste when the first request is still running', () => {
    begin(3)

    begin(3)

    expect(account.waste()).toHaveLength(1)
  })

  it('is no waste after a fault, which accounts for it', () => {
    end(begin(3, { isSpoilt: true }), 7, null)

    end(begin(3), 16, TAKEN)

    expect(account.waste()).toEqual([])
    expect(account.totals()).toEqual({
      sentBytes: 23,
      neededBytes: 16,
      wastedBytes: 7,
      allowedBytes: 7,
      sentAgain: 1,
    })
  })

  it('is no waste when a kill interrupted it', () => {
    const cut = begin(3)
    account.killed()
    end(cut, 7, null)

    begin(3)

    expect(account.waste()).toEqual([])
  })

  it('is waste in spite of a kill when the store had acknowledged it before', () => {
    end(begin(3), 16, TAKEN)
    account.killed()

    begin(3)

    expect(account.waste()).toHaveLength(1)
  })

  it('is no waste when the store forgot the upload', () => {
    end(begin(1), 16, TAKEN)
    account.forgotten(KEY)
    end(begin(2), 16, 404)

    begin(1)
    begin(2)

    expect(account.waste()).toEqual([])
  })

  it('is waste when the store refused it although it had not forgotten the upload', () => {
    end(begin(2), 16, 404)

    begin(2)

    expect(account.waste()).toHaveLength(1)
  })
})

describe('an answer that ends the upload', () => {
  it('excuses the parts that were being sent', () => {
    const [ending, other] = [begin(1, { isSpoilt: true }), begin(2)]
    account.ends(KEY, ending)
    end(ending, 16, null)
    ending.isAnswered = true
    end(other, 7, null)

    begin(2)

    expect(account.waste()).toEqual([])
  })

  it('excuses no acknowledged part', () => {
    const [ending, other] = [begin(1, { isSpoilt: true }), begin(2)]
    account.ends(KEY, ending)
    end(other, 16, TAKEN)
    ending.isAnswered = true

    begin(2)

    expect(account.waste()).toHaveLength(1)
  })

  it('excuses nothing that was sent long after it', () => {
    const ending = begin(1, { isSpoilt: true })
    account.ends(KEY, ending)
    ending.isAnswered = true
    begin(1)
    nowMs += 5_000
    end(begin(2), 7, null)

    begin(2)

    expect(account.waste()).toHaveLength(1)
  })
})

it('keeps the same part of two objects apart', () => {
  account.begin('a', 1, { atMs: 0, bodyBytes: 4, status: TAKEN, isAnswered: true }, false)
  account.begin('b', 1, { atMs: 1, bodyBytes: 4, status: TAKEN, isAnswered: true }, false)

  expect(account.waste()).toEqual([])
  expect(account.totals()).toMatchObject({ sentBytes: 8, wastedBytes: 0, allowedBytes: 0 })
})
