/** The mark: a hull with an arrow for a mast. Decorative, because a word beside it names it. */
export function BrandMark({ size = 22 }: { readonly size?: number }) {
  return (
    <svg
      className="brand-mark"
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.9"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="M3 15.5h18l-2.6 4.2a2 2 0 0 1-1.7.9H7.3a2 2 0 0 1-1.7-.9z" />
      <path d="M12 12.5V3.6M8.2 7.2 12 3.4l3.8 3.8" />
    </svg>
  )
}

export function Brand() {
  return (
    <span className="brand">
      <BrandMark />
      Ferry
    </span>
  )
}
