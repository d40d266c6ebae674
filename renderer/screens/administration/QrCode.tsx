/** A QR code as a picture. */
import { useMemo } from 'react'
import { encode } from 'uqr'

/** Black on white whatever the theme: cameras expect it. Drawn as one path, which needs no style and no markup of others. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, path } = useMemo(() => {
    const code = encode(text, { ecc: 'M', border: 2 })
    const squares = code.data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
    return { size: code.size, path: squares.join('') }
  }, [text])
  return (
    <figure aria-label={label}>
      <svg aria-hidden="true" viewBox={`0 0 ${size} ${size}`} className="w-52 max-w-full">
        <rect width={size} height={size} fill="#ffffff" />
        <path d={path} fill="#000000" shapeRendering="crispEdges" />
      </svg>
    </figure>
  )
}
