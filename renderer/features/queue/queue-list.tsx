import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import { type FocusEvent, memo, type RefObject, useCallback, useLayoutEffect, useRef } from 'react'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { useServices } from '../../app/services.tsx'
import { ConflictNotice } from './name-conflict.tsx'
import { type RowHandlers, UploadRow } from './upload-row.tsx'
import './queue-list.css'

const ESTIMATED_ROW_PX = 70

/** Only the visible rows are in the document; `aria-posinset` tells their positions. */
export const QueueList = memo(function UploadList({
  uploadIds,
  handlers,
}: {
  readonly uploadIds: readonly UploadId[]
  readonly handlers: RowHandlers
}) {
  const { queue } = useServices()
  const area = useRef<HTMLDivElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const { rangeExtractor, ...keepFocus } = useFocusedRow(uploadIds, scroller)
  const virtualizer = useVirtualizer({
    count: uploadIds.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ESTIMATED_ROW_PX,
    overscan: 6,
    getItemKey: useCallback((index: number) => uploadIds[index] ?? index, [uploadIds]),
    rangeExtractor,
  })
  return (
    <div className="upload-area" ref={area}>
      <ConflictNotice area={area} />
      <div className="upload-scroller" ref={scroller}>
        <ul
          className="upload-list"
          aria-label="Uploads"
          style={{ height: virtualizer.getTotalSize() }}
          {...keepFocus}
        >
          {virtualizer.getVirtualItems().map(({ index, key, start }) => {
            const uploadId = uploadIds[index]
            if (uploadId === undefined) return null
            return (
              <li
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                className="upload-item"
                aria-label={queue.upload(uploadId)?.record.name}
                aria-setsize={uploadIds.length}
                aria-posinset={index + 1}
                style={{ transform: `translateY(${start}px)` }}
              >
                <UploadRow uploadId={uploadId} handlers={handlers} />
              </li>
            )
          })}
        </ul>
      </div>
    </div>
  )
})

/**
 * Keeps the focused row in the document while others scroll past. When that row leaves the list, as
 * one that is uploaded again does, the row that takes its place gets the focus.
 */
function useFocusedRow(uploadIds: readonly UploadId[], scroller: RefObject<HTMLElement | null>) {
  const focused = useRef<{ readonly uploadId: UploadId; readonly index: number } | null>(null)
  const onFocus = ({ target }: FocusEvent) => {
    const place = target.closest<HTMLElement>('[data-index]')?.dataset.index
    const index = Number(place)
    const uploadId = place === undefined ? undefined : uploadIds[index]
    focused.current = uploadId === undefined ? null : { uploadId, index }
  }
  const onBlur = ({ relatedTarget }: FocusEvent) => {
    if (relatedTarget !== null) focused.current = null
  }
  useLayoutEffect(() => {
    if (focused.current === null) return
    const { uploadId, index } = focused.current
    const found = uploadIds.indexOf(uploadId)
    if (found !== -1) {
      focused.current = { uploadId, index: found }
      return
    }
    focused.current = null
    if (document.activeElement !== document.body) return
    const place = Math.min(index, uploadIds.length - 1)
    scroller.current?.querySelector<HTMLElement>(`[data-index="${place}"] ${FIRST_ACTION}`)?.focus()
  }, [uploadIds, scroller])
  const rangeExtractor = useCallback(
    (range: Range) => {
      const indexes = defaultRangeExtractor(range)
      const index = focused.current === null ? -1 : uploadIds.indexOf(focused.current.uploadId)
      if (index === -1 || indexes.includes(index)) return indexes
      return [...indexes, index].sort((one, other) => one - other)
    },
    [uploadIds],
  )
  return { rangeExtractor, onFocus, onBlur }
}

const FIRST_ACTION = ':is(.row-actions button:enabled, .row-actions a[href])'
