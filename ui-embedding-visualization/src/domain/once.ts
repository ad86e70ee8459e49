/** Compute at the first call, then remember: sorting 100 k names is not done for a person who only looks. */
export function once<T>(compute: () => T): () => T {
  let result: { value: T } | null = null
  return () => (result ??= { value: compute() }).value
}
