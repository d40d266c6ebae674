/** Builds the page alone, for the web host. */
import { defineConfig } from 'vite'
import { pageBuild, pagePlugins } from './plugins.ts'

/** `vite build renderer`: the page alone, for the web host. Its root is this folder. */
export default defineConfig({
  base: './',
  plugins: pagePlugins(),
  build: { ...pageBuild, outDir: '../out/renderer', emptyOutDir: true },
})
