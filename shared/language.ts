/** The languages that Kith speaks, and which of them a system asks for. */
import { z } from 'zod'

/** The languages that every face has words in, as BCP 47 tags. */
export const languageSchema = z.enum(['en', 'zh-Hant', 'zh-Hans'])
/** One of them. */
export type Language = z.infer<typeof languageSchema>

/** Regions that write traditional characters; they decide only where a tag names no script. */
const traditionalRegions: readonly string[] = ['tw', 'hk', 'mo']

/**
 * The first of our languages that a system asks for; English where it asks for none of them. `tags`: most wanted first,
 * as BCP 47 (`zh-Hans-HK`) or as POSIX writes it (`zh_TW.UTF-8`).
 */
export function nearestLanguage(tags: readonly string[]): Language {
  for (const tag of tags) {
    const language = ours(tag)
    if (language) return language
  }
  return 'en'
}

function ours(tag: string): Language | undefined {
  // A script decides before a region: `zh-Hans-HK` is simplified, although Hong Kong writes traditional.
  const [language, ...parts] = tag.toLowerCase().split(/[-_.@]/)
  if (language === 'en') return 'en'
  if (language !== 'zh') return undefined
  if (parts.includes('hant')) return 'zh-Hant'
  if (parts.includes('hans')) return 'zh-Hans'
  return parts.some((part) => traditionalRegions.includes(part)) ? 'zh-Hant' : 'zh-Hans'
}
