/** Adds items to a list. (`push(...items)` passes them as arguments, and a paragraph can hold more than fit there.) */
export function append<T>(list: T[], items: readonly T[]): void {
  for (const item of items) list.push(item);
}
