/** A question put before the app is read, and its answer taken by whoever puts it again. */
const asked = new Map<string, Promise<Response>>()

export function askEarly(path: string): void {
  const answer = fetch(path)
  answer.catch(() => undefined) // whoever takes it is told
  asked.set(path, answer)
}

/** Once: an answer has one body. */
export function takeEarly(path: string): Promise<Response> | undefined {
  const answer = asked.get(path)
  asked.delete(path)
  return answer
}
