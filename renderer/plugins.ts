/** How the page is built: options, plugins, and the policy in its document. */
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import type { Plugin, PluginOption } from 'vite'
import { pagePolicy } from '../shared/page-policy.ts'

/** The host's policy as far as a meta element can hold it: a second lock should a header ever get lost. */
const metaPolicy = pagePolicy
  .split('; ')
  // A meta element can't say it (CSP3 section 3.3): only the host's header does.
  .filter((directive) => !directive.startsWith('frame-ancestors'))
  .join('; ')

/** The build of the page, the same for the desktop (electron-vite) and the web host (vite build renderer). */
export const pageBuild = {
  target: 'es2023',
  modulePreload: { polyfill: false },
  /** Nothing inlined: a data: script or style would break the policy. */
  assetsInlineLimit: 0,
  /** One script: it is read from this machine, not fetched over a network. */
  chunkSizeWarningLimit: 1_000,
} as const

function policyMeta(): Plugin {
  return {
    name: 'kith-page-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: metaPolicy },
        injectTo: 'head-prepend',
      },
    ],
  }
}

/** Every build of the page uses these plugins. */
export function pagePlugins(): PluginOption[] {
  return [react(), tailwindcss(), policyMeta()]
}
