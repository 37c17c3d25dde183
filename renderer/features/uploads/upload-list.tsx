import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import { type FocusEvent, memo, useCallback, useRef } from 'react'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { useServices } from '../services/services.tsx'
import { type RowCalls, UploadRow } from './upload-row.tsx'
import './upload-list.css'

const USUAL_ROW_PX = 70

/** Only the rows in sight are in the document; the list tells their places in the whole. */
export const UploadList = memo(function UploadList({
  uploadIds,
  calls,
}: {
  readonly uploadIds: readonly UploadId[]
  readonly calls: RowCalls
}) {
  const { queue } = useServices()
  const scroller = useRef<HTMLDivElement>(null)
  const { rangeExtractor, onFocus } = useFocusedRow(uploadIds)
  const virtualizer = useVirtualizer({
    count: uploadIds.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => USUAL_ROW_PX,
    overscan: 6,
    getItemKey: useCallback((index: number) => uploadIds[index] ?? index, [uploadIds]),
    rangeExtractor,
  })
  return (
    <div className="upload-scroller" ref={scroller}>
      <ul
        className="upload-list"
        aria-label="Uploads"
        style={{ height: virtualizer.getTotalSize() }}
        onFocus={onFocus}
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
              <UploadRow uploadId={uploadId} calls={calls} />
            </li>
          )
        })}
      </ul>
    </div>
  )
})

/** The row with the keyboard's focus stays in the document while others scroll past. */
function useFocusedRow(uploadIds: readonly UploadId[]) {
  const focusedId = useRef<UploadId | null>(null)
  const onFocus = ({ target }: FocusEvent) => {
    const index = target.closest<HTMLElement>('[data-index]')?.dataset.index
    focusedId.current = index === undefined ? null : (uploadIds[Number(index)] ?? null)
  }
  const rangeExtractor = useCallback(
    (range: Range) => {
      const indexes = defaultRangeExtractor(range)
      const focused = focusedId.current === null ? -1 : uploadIds.indexOf(focusedId.current)
      if (focused === -1 || indexes.includes(focused)) return indexes
      return [...indexes, focused].sort((one, other) => one - other)
    },
    [uploadIds],
  )
  return { rangeExtractor, onFocus }
}
