/** How many packages `npm ci` brings: read from the lockfile, so that a heavy newcomer is seen before it is installed. */

/** What package-lock.json says of one package, as far as it decides whether it is installed on a machine. */
type Locked = { readonly os?: readonly string[]; readonly cpu?: readonly string[]; readonly libc?: readonly string[] }

/** A machine as npm tells them apart: `linux`, `x64`, `glibc`. */
export type Machine = { readonly os: string; readonly cpu: string; readonly libc: string }

/** The number of packages that `npm ci` installs on a machine; `lockfile` is the text of package-lock.json. */
export function countPackages(lockfile: string, machine: Machine): number {
  const { packages }: { packages: Readonly<Record<string, Locked>> } = JSON.parse(lockfile)
  return Object.entries(packages).filter(
    ([folder, { os, cpu, libc }]) =>
      folder !== '' && fits(os, machine.os) && fits(cpu, machine.cpu) && fits(libc, machine.libc),
  ).length
}

function fits(named: readonly string[] | undefined, actual: string): boolean {
  return named === undefined || named.includes(actual)
}
