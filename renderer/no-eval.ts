/**
 * Imported before anything else: zod would try `new Function` once, which the page's policy refuses and reports.
 * This is zod's own switch for such pages (`z.config({ jitless: true })`), thrown before its schemas are made.
 */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } })
