/** Kith's mark: two that belong together, inside one line. */
export function Mark({ size = 40 }: { readonly size?: number }) {
  return (
    <svg aria-hidden="true" focusable="false" viewBox="0 0 40 40" width={size} height={size}>
      <rect width="40" height="40" rx="11" fill="var(--accent)" />
      <g fill="none" stroke="var(--accent-ink)" strokeWidth="2.6" strokeLinecap="round">
        <circle cx="15.500" cy="20" r="6.500" />
        <circle cx="24.500" cy="20" r="6.500" />
      </g>
    </svg>
  )
}
