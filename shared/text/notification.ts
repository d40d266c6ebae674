/** Text that goes to the system's notifications. */
import { visibleText } from './hidden.ts'

/**
 * A notification's body on one line, at most `limit` characters. `markup`: whoever shows it reads markup (the servers of
 * Linux desktops do, images and links included), so that the text is written as the text of such markup.
 */
export function notificationBody(text: string, limit: number, markup: boolean): string {
  const line = shortened(text, limit)
  if (!markup) return line
  return line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** A title is text by every system's rules; angle brackets are replaced for servers that don't keep them. */
export function notificationTitle(text: string, limit: number): string {
  return shortened(text, limit).replaceAll('<', '‹').replaceAll('>', '›')
}

function shortened(text: string, limit: number): string {
  const line = visibleText(text, limit + 1)
  return line.length > limit
    ? `${Array.from(line)
        .slice(0, limit - 1)
        .join('')}…`
    : line
}
