/** electron-builder's hook: what must not be in the package, whatever runtime it was made from. */
import { rmSync } from 'node:fs'
import path from 'node:path'

/** A runtime that brings a default app of its own as a folder loses it: only our sealed archive may be loaded. */
export function afterPack({ appOutDir }: { readonly appOutDir: string }): void {
  rmSync(path.join(appOutDir, 'resources', 'app'), { recursive: true, force: true })
}
