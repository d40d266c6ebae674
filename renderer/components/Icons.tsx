/** Every icon of the page, drawn as paths. */
import type { ReactNode } from 'react'

/** Our own small icons: strokes on a grid of 20, as large and as coloured as the text, silent for screen readers. */
const shapes = {
  chats: 'M3 5.5A2.5 2.5 0 0 1 5.5 3h9A2.5 2.5 0 0 1 17 5.5v5a2.5 2.5 0 0 1-2.5 2.5H9l-4 3.5V13A2.5 2.5 0 0 1 3 10.5z',
  mail: 'M3 6a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2zM3.5 6.5 10 11l6.5-4.5',
  contacts:
    'M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2 16.5a5.5 5.5 0 0 1 11 0M13 3.9a3 3 0 0 1 0 5.3M14.8 12.2a5.5 5.5 0 0 1 3.2 4.3',
  held: 'M10 2.5 16 5v4.5c0 3.7-2.5 6.6-6 8-3.500-1.400-6-4.300-6-8V5zM10 6.500v4M10 13.250v.1',
  administration:
    'M10 2.5 16 5v4.5c0 3.7-2.5 6.6-6 8-3.500-1.400-6-4.300-6-8V5zM7.300 13.500a2.700 2.700 0 0 1 5.400 0M10 10a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600',
  plus: 'M10 4v12M4 10h12',
  settings:
    'M3 6h7M14 6h3M3 14h3M10 14h7M12 8.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400M8 16.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400',
  refresh: 'M16.500 10a6.500 6.500 0 1 1-1.900-4.600L16.500 7.300M16.500 3.300v4h-4',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12M13.400 13.400 17 17',
  back: 'M12.500 4.500 7 10l5.500 5.500',
  close: 'M5 5l10 10M15 5 5 15',
  lock: 'M5.500 9h9a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1M7 9V6.500a3 3 0 0 1 6 0V9',
  warning: 'M10 3.500 17.500 16.500h-15zM10 8.500v3.500M10 14.250v.1',
  info: 'M10 17.500a7.500 7.500 0 1 0 0-15 7.500 7.500 0 0 0 0 15M10 9v4.500M10 6.400v.1',
  check: 'M4.500 10.500 8.500 14.500 15.500 6',
  twice: 'M2 10.500 6 14.500 13 6M9.500 14.500 17.500 6',
  clock: 'M10 17.500a7.500 7.500 0 1 0 0-15 7.500 7.500 0 0 0 0 15M10 6v4.200l2.800 1.800',
  write: 'M12.500 4.500 15.500 7.500 7 16H4v-3zM4 17.800h12',
  reply: 'M8.500 5 3.500 9.500l5 4.500M3.500 9.500h7a6 6 0 0 1 6 6',
  offline:
    'M3 3l14 14M4.500 9.500a8 8 0 0 1 3-1.900M15.500 9.500A8 8 0 0 0 10.600 7.200M7.200 12.600a4 4 0 0 1 5 -.4M10 15.800v.1',
} as const

/** The name of an icon; sections of the main window have icons of their own name. */
export type IconName = keyof typeof shapes

/** One icon in the colour of the text around it; `size` in pixels. */
export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      viewBox="0 0 20 20"
      width={`${size / 16}rem`}
      height={`${size / 16}rem`}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={shapes[name]} />
    </svg>
  )
}
