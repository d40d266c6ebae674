/** The drawn mark as Electron wants it. */
import { type NativeImage, nativeImage } from 'electron'
import { drawIcon } from './icon.ts'

/** The mark as an image of `size` pixels; `unread` adds the dot. */
export function iconImage(size: number, unread = false): NativeImage {
  return nativeImage.createFromBitmap(Buffer.from(drawIcon(size, unread)), { width: size, height: size })
}
