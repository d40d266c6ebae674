/** The server cannot be reached, is not the one that was pinned, or answers what nobody here reads. */
export class Unreachable extends Error {}
